"""How well the filter does: labelled texts in, figures with their uncertainty out."""
