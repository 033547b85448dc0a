"""The fast way through an LSTM or GRU and back, in C++, built for each processor."""
