#include "trainer/data/event_file.hpp"

#include "base/random.hpp"
#include "trainer/event/generator.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <thread>

#include <gtest/gtest.h>

// HDF5 itself loses memory when it gives up on a damaged file; the leak sanitizer asks for this by name.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libhdf5";
}

namespace quench::trainer::data {
namespace {

using hdf5::Compression;
using hdf5::Number;

class EventFiles : public testing::Test {
  protected:
    void SetUp() override {
        const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path(testing::TempDir()) / (std::string("quench_events_") + test->name());
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path(const char* name = "events.h5") const { return (folder_ / name).string(); }

    static event::GeneratorOptions options() {
        return {.seed = 5, .pileup = 2, .process = event::Process::qcd};
    }

    static void write(const std::string& to, const std::vector<event::Event>& events,
                      Compression compression = Compression::none) {
        const event::Detector detector = events.empty() ? event::Detector::delphes : events[0].detector;
        auto writer = EventFileWriter::create(to, {detector, "a test", 5}, compression);
        ASSERT_TRUE(writer.ok()) << writer.error().text();
        for (const event::Event& event : events) {
            const auto done = (*writer)->append(event);
            ASSERT_TRUE(done.ok()) << done.error().text();
        }
        const auto done = (*writer)->finish();
        ASSERT_TRUE(done.ok()) << done.error().text();
    }

    static std::vector<event::Event> generated(std::size_t count) {
        std::vector<event::Event> events;
        for (std::size_t i = 0; i < count; ++i) events.push_back(event::generate(options(), i));
        return events;
    }

    static std::string bytes_of(const std::string& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void write_bytes(const std::string& file, const std::string& bytes) {
        std::ofstream(file, std::ios::binary) << bytes;
    }

    // Opens and reads everything; the error, or nothing if the events are exactly these.
    static std::string verdict(const std::string& file, const std::vector<event::Event>& events) {
        const auto opened = EventFile::open(file);
        if (!opened) return opened.error().text();
        if ((*opened)->size() != events.size()) return "other events";
        for (std::size_t i = 0; i < events.size(); ++i) {
            const auto event = (*opened)->read(i);
            if (!event) return event.error().text();
            if (*event != events[i]) return "wrong numbers";
        }
        return "";
    }

    std::filesystem::path folder_;
};

TEST_F(EventFiles, give_back_what_was_written) {
    const auto events = generated(30);
    for (const auto compression : {Compression::none, Compression::deflate}) {
        write(path(), events, compression);
        const auto file = EventFile::open(path());
        ASSERT_TRUE(file.ok()) << file.error().text();
        EXPECT_EQ((*file)->info(), (FileInfo{event::Detector::delphes, "a test", 5}));
        EXPECT_TRUE((*file)->has_candidates());
        ASSERT_EQ((*file)->size(), events.size());
        for (const std::size_t i : {29u, 0u, 17u, 17u}) EXPECT_EQ((*file)->read(i).value(), events[i]);
        for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ((*file)->counts(i), count(events[i]));
    }
}

TEST_F(EventFiles, may_be_empty_or_hold_empty_events_without_candidates) {
    write(path(), {});
    EXPECT_EQ(verdict(path(), {}), "");
    event::Event one{.detector = event::Detector::clic, .rows = 1};
    one.elements = std::vector<float>(17, 2.0F);
    one.targets = {3, 0, 5, 0, 0, 1, 5};
    const std::vector<event::Event> events = {
        {.detector = event::Detector::clic}, one, {.detector = event::Detector::clic}};
    write(path(), events);
    EXPECT_EQ(verdict(path(), events), "");
    EXPECT_FALSE(EventFile::open(path()).value()->has_candidates());
}

TEST_F(EventFiles, are_read_by_many_threads_at_once) {
    const auto events = generated(20);
    write(path(), events);
    const auto file = EventFile::open(path()).value();
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (std::size_t k = 0; k < 60; ++k) {
                    const std::size_t i = (7 * k + t) % events.size();
                    const auto event = file->read(i);
                    if (!event || *event != events[i]) ++wrong;
                }
            });
    }
    EXPECT_EQ(wrong, 0);
}

TEST_F(EventFiles, appear_under_their_name_only_when_complete) {
    {
        auto writer = EventFileWriter::create(path(), {}, Compression::none).value();
        ASSERT_TRUE(writer->append(event::generate(options(), 0)).ok());
        EXPECT_FALSE(std::filesystem::exists(path()));
        EXPECT_TRUE(std::filesystem::exists(path() + ".part"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "an abandoned file is removed";
    write(path(), generated(1));
    EXPECT_FALSE(std::filesystem::exists(path() + ".part"));
    EXPECT_FALSE(EventFileWriter::create(path("missing/folder.h5"), {}, Compression::none).ok());
}

TEST_F(EventFiles, cut_short_anywhere_are_refused) {
    const auto events = generated(3);
    write(path(), events);
    const std::string whole = bytes_of(path());
    base::Rng rng(3, "test.truncate");
    for (int i = 0; i < 150; ++i) {
        const std::size_t length = i < 20 ? static_cast<std::size_t>(i) * 8 : rng.below(whole.size());
        write_bytes(path("cut.h5"), whole.substr(0, length));
        const auto file = EventFile::open(path("cut.h5"));
        ASSERT_FALSE(file.ok()) << length << " of " << whole.size();
        EXPECT_NE(file.error().text().find("cut.h5"), std::string::npos);
    }
}

TEST_F(EventFiles, with_flipped_bytes_are_refused_or_read_right) {
    const auto events = generated(3);
    for (const auto compression : {Compression::none, Compression::deflate}) {
        write(path(), events, compression);
        const std::string whole = bytes_of(path());
        base::Rng rng(3, "test.flip");
        int refused = 0;
        for (int i = 0; i < 400; ++i) {
            std::string damaged = whole;
            // Half of them in the first kilobytes, where the structure is.
            const std::size_t within = i % 2 == 0 ? whole.size() : std::min<std::size_t>(whole.size(), 6000);
            const std::size_t at = rng.below(within);
            damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(1 + rng.below(255)));
            write_bytes(path("flip.h5"), damaged);
            const std::string why = verdict(path("flip.h5"), events);
            refused += why.empty() ? 0 : 1;
            ASSERT_NE(why, "wrong numbers") << "byte " << at;
            ASSERT_NE(why, "other events") << "byte " << at;
        }
        EXPECT_GT(refused, 50);
    }
}

TEST_F(EventFiles, foreign_files_are_refused_with_the_reason) {
    const auto reason = [&](const std::string& file) {
        const auto opened = EventFile::open(file);
        return opened.ok() ? std::string("opened") : opened.error().text();
    };
    EXPECT_NE(reason(path("none.h5")).find("no such file"), std::string::npos);
    write_bytes(path("text.h5"), "type,pt,eta\n1,2,3\n");
    EXPECT_NE(reason(path("text.h5")).find("is not an HDF5 file"), std::string::npos);
    std::string old(200, '\0');
    old.replace(0, 8, "\x89HDF\r\n\x1a\n");
    write_bytes(path("old.h5"), old);
    EXPECT_NE(reason(path("old.h5")).find("without checksums"), std::string::npos);
    EXPECT_NE(reason(folder_.string()).find(folder_.string()), std::string::npos);
    {
        auto file = hdf5::File::create(path("other.h5")).value();
        ASSERT_TRUE(file->write_text("format", "something else").ok());
        ASSERT_TRUE(file->close().ok());
    }
    EXPECT_NE(reason(path("other.h5")).find("holds no events"), std::string::npos);
}

// A file made by hand: every table as it should be, but for one change.
struct ByHand {
    std::uint64_t version = 1;
    std::string detector = "delphes";
    std::size_t columns = 12;
    std::vector<std::uint64_t> begin = {0, 1, 3}, jets_begin = {0, 1, 1};
    std::vector<std::uint32_t> particles = {1, 1};
    std::vector<float> elements = std::vector<float>(36, 1.0F);
    std::vector<float> targets = {1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 0, 1, 1};
    std::vector<float> candidates = {}, jets = {1, 0, 0, 1};
    Number begin_type = Number::uint64;
};

std::string by_hand(const std::string& path, const ByHand& hand) {
    auto file = hdf5::File::create(path).value();
    bool ok = file->write_text("format", "mlpf-events").ok();
    ok = ok && file->write_number("version", hand.version).ok();
    ok = ok && file->write_text("detector", hand.detector).ok() && file->write_text("source", "").ok();
    ok = ok && file->write_number("seed", 1).ok();
    const auto table = [&](const char* name, Number number, std::size_t columns, const auto& values) {
        ok = ok && file->create_table(name, number, columns, 16, Compression::none).ok();
        ok = ok && file->append(name, values).ok();
    };
    table("elements", Number::float32, hand.columns, hand.elements);
    table("targets", Number::float32, 7, hand.targets);
    table("candidates", Number::float32, 7, hand.candidates);
    table("jets", Number::float32, 4, hand.jets);
    table("event/begin", hand.begin_type, 0, hand.begin);
    table("event/jets_begin", Number::uint64, 0, hand.jets_begin);
    table("event/particles", Number::uint32, 0, hand.particles);
    if (!ok || !file->close()) return "not written";
    file.reset();
    const auto events = EventFile::open(path);
    if (!events) return events.error().text();
    for (std::size_t i = 0; i < (*events)->size(); ++i)
        if (const auto event = (*events)->read(i); !event) return event.error().text();
    return "";
}

TEST_F(EventFiles, inconsistent_tables_are_refused_with_the_reason) {
    const auto refused = [&](const ByHand& hand, const char* why) {
        const std::string text = by_hand(path(), hand);
        EXPECT_NE(text.find(why), std::string::npos) << text;
    };
    EXPECT_EQ(by_hand(path(), {}), "");
    refused({.version = 2}, "version 2");
    refused({.detector = "atlas"}, "detector is unknown");
    refused({.detector = "clic"}, "12 columns (not 17)");
    refused({.columns = 9}, "9 columns (not 12)");
    refused({.begin = {0, 3}}, "has 2 entries");
    refused({.begin = {0, 1, 2}}, "runs from 0 to 2");
    refused({.begin = {1, 2, 3}}, "runs from 1");
    refused({.begin = {0, 4, 3}}, "goes from 4 to 3 at event 1");
    refused({.begin = {0, std::numeric_limits<std::uint64_t>::max(), 3}}, "at event 0");
    refused({.begin_type = Number::uint32}, "other integers");
    refused({.jets_begin = {0, 2, 1}}, "goes from 2 to 1 at event 1");
    refused({.particles = {2, 1}}, "claims 2 particles in 1 elements");
    refused({.particles = {1, 2}}, "has 1 particles, but its count says 2");
    refused({.targets = std::vector<float>(14)}, "tables disagree");
    refused({.candidates = std::vector<float>(7)}, "tables disagree");
    ByHand bad;
    bad.elements[14] = std::numeric_limits<float>::quiet_NaN();
    refused(bad, "event 1 has an element that is not finite");
    bad = {};
    bad.elements[0] = 3;
    refused(bad, "type 3");
    for (const float wrong : {6.0F, -1.0F, 1.5F}) {
        bad = {};
        bad.targets[0] = wrong;
        refused(bad, "target of class");
    }
    // A charge is an index of the network's outputs: one beyond them would be read from elsewhere.
    for (const float wrong : {2.0F, -2.0F, 0.5F, 1e30F}) {
        bad = {};
        bad.targets[1] = wrong;
        refused(bad, "target of charge");
        bad = {};
        bad.candidates = bad.targets;
        bad.candidates[8] = wrong;
        refused(bad, "candidate of charge");
    }
    struct Impossible {
        std::size_t column;
        float value;
        const char* why;
    };
    const Impossible of_elements[] = {
        {1, -3, "element of pt -3"}, {5, 1e30F, "energy 1e+30"}, {3, 20, "sin phi 20"}};
    for (const auto& [column, value, why] : of_elements) {
        bad = {};
        bad.elements[12 + column] = value;
        refused(bad, why);
    }
    const Impossible of_targets[] = {
        {2, -5, "target of pt -5"}, {6, 2e6F, "energy 2000000"}, {5, -40, "cos phi -40"}};
    for (const auto& [column, value, why] : of_targets) {
        bad = {};
        bad.targets[column] = value;
        refused(bad, why);
    }
    bad = {};
    bad.jets[2] = std::numeric_limits<float>::infinity();
    refused(bad, "jet that is not finite");
}

}  // namespace
}  // namespace quench::trainer::data
