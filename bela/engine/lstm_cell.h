// The cell of an LSTM from the sums of its gates, where what costs is the time from the
// sums to the cell's output: in a step nothing else can go on.
//
// tanh as in engine/rational.h, but by the roots of its two polynomials: pairs of roots
// need not wait for each other, and share the work between adders and multipliers. A
// sigmoid is (1 + tanh of half) / 2. What was tried is told in bela/bench/attempts.md.
#pragma once
#include "engine/rational.h"

namespace pedal {

// x = v / kScale: gates' weights are scaled so that no factor stands before the roots.
struct GateScale {
  static constexpr double kScale = 1.0 / rational::kGain;
};
// Of the candidate: its fraction is half of tanh times GateScale, which is what the
// cell takes up.
struct CandidateScale {
  static constexpr double kScale = 2.0;
};

namespace lstm_cell {

template <typename Scale>
constexpr float OfSquare(double square) {
  return static_cast<float>(square * Scale::kScale * Scale::kScale);
}

template <typename Scale>
inline Vec Clamp(Vec v) {
  constexpr float kEdge = static_cast<float>(rational::kClamp * Scale::kScale);
  return Max(Min(v, Splat(kEdge)), Splat(-kEdge));
}

// v squared, of the clamped v, though sooner.
template <typename Scale>
inline Vec Square(Vec v) {
  constexpr double kEdge = static_cast<double>(rational::kClamp);
  return Min(Mul(v, v), Splat(OfSquare<Scale>(kEdge * kEdge)));
}

// (square + a) (square + b) by one addition and one multiply-add.
template <typename Scale>
inline Vec Pair(Vec square, double a, double b) {
  constexpr double kSquare = Scale::kScale * Scale::kScale;
  const Vec sum = Add(square, Splat(OfSquare<Scale>(a + b)));
  return MulAdd(Splat(OfSquare<Scale>(a * b * kSquare)), square, sum);
}

template <typename Scale>
inline Vec Denominator(Vec square) {
  using rational::kPoles;
  return Mul(Pair<Scale>(square, kPoles[0], kPoles[1]),
             Pair<Scale>(square, kPoles[2], kPoles[3]));
}

// v: clamped; what else it is multiplied by costs no time.
template <typename Scale>
inline Vec Numerator(Vec v, Vec square) {
  using rational::kZeros;
  const Vec outer = Mul(v, Add(square, Splat(OfSquare<Scale>(kZeros[0]))));
  return Mul(outer, Pair<Scale>(square, kZeros[1], kZeros[2]));
}

// The same by one root after the other: more additions, but a little sooner, for the
// cell itself, beside which nothing else is left to do.
template <typename Scale>
inline Vec Tangent(Vec v, Vec square) {
  using rational::kPoles;
  using rational::kZeros;
  const auto factor = [square](double root) {
    return Add(square, Splat(OfSquare<Scale>(root)));
  };
  const Vec numerator =
      Mul(Mul(v, factor(kZeros[0])), Mul(factor(kZeros[1]), factor(kZeros[2])));
  const Vec denominator = Mul(Mul(factor(kPoles[0]), factor(kPoles[1])),
                              Mul(factor(kPoles[2]), factor(kPoles[3])));
  return Divide(numerator, denominator);
}

template <typename Scale>
inline Fraction Tanh(Vec v) {
  const Vec square = Square<Scale>(v);
  return {Numerator<Scale>(Clamp<Scale>(v), square), Denominator<Scale>(square)};
}

// c' = f c + i g; returns o tanh(c'). The sums: of i, f and o half their arguments
// times GateScale, of g its argument times CandidateScale. *c: the cell times
// GateScale.
inline Vec Step(Vec input, Vec candidate, Vec forget, Vec output, Vec* c) {
  const Fraction i = Tanh<GateScale>(input);
  const Fraction g = Tanh<CandidateScale>(candidate);
  const Fraction f = Tanh<GateScale>(forget);
  const Vec half = Mul(*c, Splat(0.5f));
  const Vec taken = Divide(Mul(Add(i.numerator, i.denominator), g.numerator),
                           Mul(i.denominator, g.denominator));
  *c = Add(taken, MulAdd(half, half, Divide(f.numerator, f.denominator)));
  const Fraction o = Tanh<GateScale>(output);
  const Vec gate =
      Divide(Add(o.numerator, o.denominator), Add(o.denominator, o.denominator));
  return Tangent<GateScale>(Mul(Clamp<GateScale>(*c), gate), Square<GateScale>(*c));
}

}  // namespace lstm_cell
}  // namespace pedal
