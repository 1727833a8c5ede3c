"""The rules of the grid (网格监管): what covers what, who answers, what is due."""
