// Whether bytes are one whole OSC 1.0 message, to the last padding. oscpack 1.1 trusts
// sizes that a hostile packet can make wrong, so it is shown none that fails here.
#pragma once

#include <cstddef>
#include <oscpkt.hh>

namespace oscpkt {

// OK_NO_ERROR, or what is wrong with it. Arguments may be i f s b h d T F.
ErrorCode CheckMessage(const char* bytes, std::size_t size);

}  // namespace oscpkt
