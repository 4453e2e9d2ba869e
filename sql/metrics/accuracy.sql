-- Accuracy: the share of judged rows that were predicted right. NULL where nothing was judged.
-- Over the four counts of the confusion matrix. Definition: scikit-learn's accuracy_score.
(true_positives + true_negatives)::FLOAT / NULLIF(true_positives + false_positives + true_negatives + false_negatives, 0)
