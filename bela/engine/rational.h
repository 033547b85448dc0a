// tanh as a fraction of polynomials, so that a gate costs multiplications and its
// division can be merged with others.
//
// tanh(x) = N / D with N = x P(x^2), D = Q(x^2), |x| clamped to kClamp. Minimax fits by
// iterated reweighting (Lawson's method). One power more in Q than the fit with an
// error of 1.1e-6 costs a multiply-add a gate and keeps models of 128 units 100 dB
// below the signal (tests/system/test_accuracy.py).
#pragma once
#include "engine/vec.h"

namespace pedal {

// numerator and denominator of tanh; sigmoid(2x) = (N + D) / (2 D).
struct Fraction {
  Vec numerator;
  Vec denominator;
};

namespace rational {
constexpr float kClamp =
    8.2f;  // tanh is 1 - 1.5e-7 here; the fit's largest error is 1.6e-7
constexpr float kP[] = {0.999999218f, 0.128953722f, 0.00291935872f, 1.11028211e-05f};
constexpr float kQ[] = {1.0f, 0.46228422f, 0.0236837846f, 0.000234294626f,
                        2.35812101e-07f};
// The same by the roots of P and Q, all of them real and below 0: N = x kGain prod(x^2
// + zero), D = prod(x^2 + pole).
constexpr double kZeros[] = {209.56810055, 43.48767878, 9.88268411};
constexpr double kPoles[] = {882.2360018, 86.28493566, 22.57645291, 2.46750731};
constexpr double kGain = 1.11028211e-05 / 2.35812101e-07;
}  // namespace rational

inline Fraction Tanh(Vec x) {
  x = Max(Min(x, Splat(rational::kClamp)), Splat(-rational::kClamp));
  const Vec u = Mul(x, x);
  Vec d = MulAdd(Splat(rational::kQ[3]), Splat(rational::kQ[4]), u);
  d = MulAdd(Splat(rational::kQ[2]), d, u);
  d = MulAdd(Splat(rational::kQ[1]), d, u);
  d = MulAdd(Splat(rational::kQ[0]), d, u);
  Vec n = MulAdd(Splat(rational::kP[2]), Splat(rational::kP[3]), u);
  n = MulAdd(Splat(rational::kP[1]), n, u);
  n = MulAdd(Splat(rational::kP[0]), n, u);
  return {Mul(n, x), d};
}

}  // namespace pedal
