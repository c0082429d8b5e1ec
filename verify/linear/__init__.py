"""Linear networks of two layers, both trained: Appendix G.

``limit`` is the network of infinite width, ``training`` trains ensembles of finite ones, ``descent`` takes their steps;
``network`` computes the same as it is written, as a witness.
"""
