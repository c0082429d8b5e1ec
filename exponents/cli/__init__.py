"""What can a user ask at the command line, and how is it answered?

Read `app` (the group of commands, running, errors), `signals` and `memory` (how the command ends at an interrupt, or
without memory), then `words` (which words and numbers options take) and `terminal` (options and printing shared by all
commands).  Each command has a file of its own name; `loss_options` holds what balance, plan and plot share, and
`curve_request` checks what curves were asked; `curve_text` is what is said of them.  This is the only room of
`exponents` that imports `verify`.
"""
