-- Recall: the share of positives that were predicted. NULL where nothing is positive.
-- Over the four counts of the confusion matrix. Definition: scikit-learn's recall_score, which says 0 for our NULL.
true_positives::FLOAT / NULLIF(true_positives + false_negatives, 0)
