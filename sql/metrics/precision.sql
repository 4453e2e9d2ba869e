-- Precision: the share of predicted positives that are positive. NULL where nothing was predicted positive.
-- Over the four counts of the confusion matrix. Definition: scikit-learn's precision_score, which says 0 for our NULL.
true_positives::FLOAT / NULLIF(true_positives + false_positives, 0)
