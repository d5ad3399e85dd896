"""What answers are worth: accuracies by several rules, intervals, calibration, and two systems side by side."""
