"""What do models do when they are trained?  Ensembles of the finite model of eq. 4 and of linear networks.

`ensemble` trains the model of eq. 4: `settings` checks it and counts memory, `gradients` draws features and batches,
`descent` takes the steps.  `linear_ensemble` and `linear_descent` do the same for linear networks (Appendix G).
`seeds` runs the seeds of both and takes means, `stability` notes when steps diverge.
"""
