// Files that survive a power cut: written aside, synced, renamed, with a checksum; the
// last good one is kept beside.
#pragma once
#include <string>

namespace pedal {

// Replaces `path` by a JSON object whose first member becomes its checksum. json: an
// object with at least one member. "" or what failed, in one line. [io]
std::string WriteSafely(const std::string& path, const std::string& json);

// The text of `path` as it is, "" where there is none; at most 1 MB. [io]
std::string ReadPlainly(const std::string& path);

// True where `text` opens with a checksum, whether or not it is right.
bool IsSealed(const std::string& text);

// True where `text` carries the checksum of its own content.
bool IsWhole(const std::string& text);

}  // namespace pedal
