"""What in the paper cannot be set beside our figures, and why; what is alike in ours.

After its text, its published code (file:line) and the curves that lie beside it.
"""

PAPER = (
    'Colombo and Superbo, "A tiny machine learning case study: Bela-based guitar '
    'distortions"'
)
APART = (  # figure of the paper, what it shows, after its published code and curves
    (
        "Figures 1 and 2, the axis",
        "Named MSE, they show the running training loss, 0.75 ESR + 0.25 DC "
        "(trainer.py:110), of the epochs that set a record. Ours are the raw mean "
        "square error and the ESR on held-out audio.",
    ),
    (
        "Figures 1 and 2, validation",
        "The loss that chose the epochs was computed on the training notes too "
        "(trainer.py:57); the validation and test parts were never used. So no figure "
        "says anything of unseen data.",
    ),
    (
        "Figures 1 and 2, the DC part",
        "It is the mean over the batch and not over time (loss.py:43), so it measures "
        "something else than an offset.",
    ),
    (
        "Figures 1 and 2, the target's scale",
        "Notes were divided by one peak of clean and wet together, training and test, "
        "which was not kept (egfx_generator.py:81-87); fragments were not. An MSE of "
        "theirs has no unit that ours could be brought to.",
    ),
    (
        "Figures 1 and 2, what was heard",
        "The first 1000 frames of each clip are left out of the loss: 23 ms at "
        "block 1, 363 ms at block 16 (training.py:76-94). The blocks were judged on "
        "different audio, both without the attack.",
    ),
    (
        "Figure 1, notes against fragments",
        "Each curve is divided by its own maximum, and the 84 epochs of fragments are "
        "stretched over the 200 of notes (plotting.py:122-138). With that undone the "
        "fragments' loss is the lower one at equal epochs, 0.195 against 0.219 after "
        "84; and the two are losses on two different training sets.",
    ),
    (
        "Figure 2, block 1 against block 16",
        "6 units against 64, 84 to 689 epochs, one seed each; RAT's block 16 starts at "
        "epoch 113 of a run before. Images and idle noise were not measured.",
    ),
    (
        "Tables 1 and 2, the largest LSTM",
        "They need the board and are not redone here. Table 2's times fit a program "
        "that ran the network once a Bela block, as every render.cpp of those days "
        "did: then its 92 to 256 units left out 50 to 94 % of the audio. That is drawn "
        "from code and arithmetic, not measured.",
    ),
)
SAME = (
    "the same held-out audio for every training, also to choose the epoch by: notes of "
    "pitches and phrases of moments that no training of that kind heard; phrases to "
    "learn from do hold the pitches of held-out notes",
    "the same number of updates, and of seconds to learn from",
    "the split made by pitch or by time before anything is cut, with a gap",
    "each seed gives other first weights and another order of the audio",
    "the exported model, played by the engine",
)
