-- Brier score: the mean squared distance between the score and what happened (1 or 0).
-- Over the rows of a dataset that have a score and a label. Definition: scikit-learn's brier_score_loss.
AVG(({{score}}::FLOAT - {{label}}::INT) * ({{score}}::FLOAT - {{label}}::INT))
