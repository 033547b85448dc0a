// Files that survive a power cut: written aside, synced, renamed, with a checksum; the
// last good one is kept beside.
#pragma once
#include <string>

namespace pedal {

// Replaces `path` by a JSON object whose first member becomes its checksum. json: an
// object with at least one member. "" or what failed, in one line. [io]
std::string WriteSafely(const std::string& path, const std::string& json);

// The object of `path`, or else of the last good one before it; "" where there is none.
// A spoiled file is moved aside, so that it never becomes the last good one. [io]
std::string ReadSafely(const std::string& path);

// True where `text` carries the checksum of its own content.
bool IsWhole(const std::string& text);

}  // namespace pedal
