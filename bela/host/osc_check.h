// Whether bytes are one whole OSC 1.0 packet, to the last padding. oscpack 1.1 trusts
// sizes that a hostile packet can make wrong, so it is shown none that fails here.
#pragma once

#include <cstddef>
#include <oscpkt.hh>

namespace oscpkt {

// OK_NO_ERROR, or what is wrong with it. Arguments may be i f s b h d T F.
ErrorCode CheckMessage(const char* bytes, std::size_t size);

// The same of a bundle's frame; its elements are to be checked each on its own. (An
// element of -4 bytes keeps oscpack's own reading in one place for ever.)
ErrorCode CheckBundle(const char* bytes, std::size_t size);

}  // namespace oscpkt
