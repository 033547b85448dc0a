// The back ends of the program that the host runs: who plays the layers of its models.
#pragma once

// Their names, such as "pedal, rtneural (Eigen)".
extern "C" const char* Pedal_backends();
// Chooses one before setup(); nullptr where that went well, else what is wrong with it.
extern "C" const char* Pedal_playBy(const char* word);
// A program need not have them.
#pragma weak Pedal_backends
#pragma weak Pedal_playBy
