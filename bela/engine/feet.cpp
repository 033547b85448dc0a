// The foot map: finding rows, merging a preset's with the pedal's own, telling
// conflicts.
#include "engine/feet.h"

#include <cstring>

namespace pedal {
namespace {

bool PressLike(GestureKind kind) PEDAL_REALTIME {
  return kind == GestureKind::kPress || kind == GestureKind::kLatch ||
         kind == GestureKind::kMomentary;
}

// Of two rows that share a switch.
Reason ReasonOf(GestureKind one, GestureKind other) PEDAL_REALTIME {
  if (PressLike(one) && PressLike(other)) return Reason::kTwoPresses;
  if (one == GestureKind::kChord && other == GestureKind::kChord)
    return Reason::kTwoChords;
  if (one == other) return Reason::kTwoAlike;
  if (one == GestureKind::kMomentary || other == GestureKind::kMomentary)
    return Reason::kMomentaryWaits;
  return Reason::kNone;
}

bool IsOf(const Override& row, const char* preset) PEDAL_REALTIME {
  return std::strcmp(row.preset, preset) == 0;
}

// Takes `index` out of an array, and keeps the order of the others.
template <typename Row>
void Remove(Row* rows, int* count, int index) PEDAL_REALTIME {
  --*count;
  for (int i = index; i < *count; ++i) rows[i] = rows[i + 1];
  rows[*count] = Row();
}

}  // namespace

Conflict ConflictOf(const Gesture& one, const Gesture& other) PEDAL_REALTIME {
  Conflict conflict;
  for (int index : {one.first, one.second})
    if (index >= 0 && other.Has(index)) conflict.index = index;
  if (conflict.index >= 0) conflict.reason = ReasonOf(one.kind, other.kind);
  return conflict;
}

Conflict ProblemOf(const Gesture* const* rows, int count, int switches) PEDAL_REALTIME {
  Conflict problem;
  for (int g = 0; g < count && problem.reason == Reason::kNone; ++g) {
    const Gesture& row = *rows[g];
    const bool chord = row.kind == GestureKind::kChord;
    if (row.first < 0 || row.first >= switches || row.second >= switches)
      problem.reason = Reason::kUnknownSwitch;
    else if (chord != (row.second >= 0) || row.first == row.second)
      problem.reason = Reason::kWrongSwitches;
    for (int other = 0; other < g && problem.reason == Reason::kNone; ++other)
      problem = ConflictOf(*rows[other], row);
  }
  return problem;
}

int FootMap::Find(const Gesture& row) const PEDAL_REALTIME {
  for (int i = 0; i < count; ++i)
    if (rows[i].SameAs(row)) return i;
  return -1;
}

bool FootMap::Set(const Gesture& row) PEDAL_REALTIME {
  const int found = Find(row);
  if (found < 0 && count == kMaxGestures) return false;
  rows[found < 0 ? count++ : found] = row;
  return true;
}

bool FootMap::Clear(const Gesture& row) PEDAL_REALTIME {
  const int found = Find(row);
  if (found >= 0) Remove(rows, &count, found);
  return found >= 0;
}

int Overrides::Find(const char* preset, const Gesture& row) const PEDAL_REALTIME {
  for (int i = 0; i < count; ++i)
    if (IsOf(rows[i], preset) && rows[i].row.SameAs(row)) return i;
  return -1;
}

bool Overrides::Set(const char* preset, const Gesture& row) PEDAL_REALTIME {
  int found = Find(preset, row), of_one = 0;
  for (int i = 0; i < count; ++i) of_one += IsOf(rows[i], preset);
  if (found < 0 && (count == kMaxOverrides || of_one == kMaxOverridesOfOne))
    return false;
  if (found < 0) found = count++;
  std::strncpy(rows[found].preset, preset, kIdSize - 1);
  rows[found].row = row;
  return true;
}

bool Overrides::Clear(const char* preset, const Gesture& row) PEDAL_REALTIME {
  const int found = Find(preset, row);
  if (found >= 0) Remove(rows, &count, found);
  return found >= 0;
}

bool Overrides::Drop(const char* preset) PEDAL_REALTIME {
  const int before = count;
  for (int i = count - 1; i >= 0; --i)
    if (IsOf(rows[i], preset)) Remove(rows, &count, i);
  return count < before;
}

int EffectiveMap(const FootMap& own, const Overrides& overrides, const char* preset,
                 const Gesture** rows) PEDAL_REALTIME {
  const Gesture* theirs[kMaxOverridesOfOne];
  int num_theirs = 0, count = 0;
  for (int i = 0; i < overrides.count && num_theirs < kMaxOverridesOfOne; ++i)
    if (*preset && IsOf(overrides.rows[i], preset))
      theirs[num_theirs++] = &overrides.rows[i].row;
  for (int i = 0; i < own.count; ++i) {
    bool replaced = false;
    for (int o = 0; o < num_theirs; ++o)
      replaced = replaced || theirs[o]->SameAs(own.rows[i]);
    if (!replaced) rows[count++] = &own.rows[i];
  }
  for (int o = 0; o < num_theirs; ++o)
    if (theirs[o]->on.kind != IntentKind::kNothing) rows[count++] = theirs[o];
  return count;
}

Conflict ConflictWith(const FootMap& own, const Overrides& overrides,
                      const char* preset, const Gesture& row) PEDAL_REALTIME {
  const Gesture* rows[kMaxEffective];
  const int count = EffectiveMap(own, overrides, preset, rows);
  Conflict conflict;
  for (int i = 0; i < count && conflict.reason == Reason::kNone; ++i)
    if (!rows[i]->SameAs(row)) conflict = ConflictOf(*rows[i], row);
  return conflict;
}

bool DropConflict(const FootMap& own, Overrides* overrides,
                  Override* dropped) PEDAL_REALTIME {
  for (int i = overrides->count - 1; i >= 0; --i) {
    const Override& one = overrides->rows[i];
    if (one.row.on.kind == IntentKind::kNothing) continue;
    if (ConflictWith(own, *overrides, one.preset, one.row).reason == Reason::kNone)
      continue;
    *dropped = one;
    Remove(overrides->rows, &overrides->count, i);
    return true;
  }
  return false;
}

}  // namespace pedal
