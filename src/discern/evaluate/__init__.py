"""How well a model does: figures with intervals, from answers and truth alone. Nothing here fits or loads a model."""
