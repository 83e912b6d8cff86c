#include "worker/io/shepherd_line.hpp"

#include <gtest/gtest.h>

namespace quench::worker::io::shepherd {
namespace {

TEST(ShepherdLine, every_word_is_read_back) {
    for (const Word& word :
         {Word(Started{123}), Word(Failed{"no program 'x'"}), Word(Exited{3, 2}), Word(Signalled{9, 0})})
        EXPECT_EQ(to_text(*word_from_text(to_text(word))), to_text(word));
    for (const char* bad : {"", "started", "exited 1", "exited x y", "danced 1 2"})
        EXPECT_FALSE(word_from_text(bad));
}

}  // namespace
}  // namespace quench::worker::io::shepherd
