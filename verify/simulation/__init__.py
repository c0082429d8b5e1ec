"""The parts of ``simulate``.

``settings`` says what is to be trained and whether it fits, ``gradients`` what a batch contributes, ``descent`` what it
changes; ``network`` computes the same as it is written, as a witness.
"""
