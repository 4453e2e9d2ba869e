-- F1: the harmonic mean of precision and recall, written so that it needs neither: TP / (TP + (FP + FN) / 2).
-- NULL where there is no positive, predicted or real. Over the four counts of the confusion matrix. Definition: scikit-learn's f1_score.
true_positives::FLOAT / NULLIF(true_positives + (false_positives + false_negatives)::FLOAT / 2, 0)
