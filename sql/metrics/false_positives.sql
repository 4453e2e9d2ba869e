-- False positives: predicted positive, but negative. A row whose prediction or label is NULL counts in no cell.
-- Over the rows of a dataset. Definition: the confusion matrix, as in scikit-learn's confusion_matrix.
COUNT(*) FILTER (WHERE {{prediction}} AND NOT {{label}})
