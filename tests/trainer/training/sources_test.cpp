#include "trainer/training/sources.hpp"

#include "trainer/data/event_file.hpp"
#include "trainer/data/generated_events.hpp"
#include "trainer/training/event_set.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::trainer::training {
namespace {

namespace fs = std::filesystem;

class sources : public testing::Test {
  protected:
    sources() {
        std::string pattern = (fs::temp_directory_path() / "quench-sources-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        const data::GeneratedEvents events(generator_, 0, 10);
        for (const auto& [name, count] : {std::pair{"ten.h5", 10U}, {"four.h5", 4U}}) {
            auto writer =
                data::EventFileWriter::create(path(name), {.source = "a test"}, data::hdf5::Compression::none)
                    .value();
            for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(writer->append(events.read(i).value()));
            EXPECT_TRUE(writer->finish());
        }
    }
    ~sources() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
    static std::string problem(const DataOptions& options) {
        try {
            (void)open_sources(options);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "none";
    }

    event::GeneratorOptions generator_{.pileup = 0.5};
    fs::path folder_;
};

TEST_F(sources, of_one_file_are_its_first_and_its_last_events) {
    const Sources found = open_sources({.file = path("ten.h5"), .events = 0, .validation_events = 0});
    EXPECT_EQ(found.training->size(), 8U);
    EXPECT_EQ(found.validation->size(), 2U);
    const data::GeneratedEvents events(generator_, 0, 10);
    EXPECT_EQ(found.validation->read(1).value().elements, events.read(9).value().elements);
}

TEST_F(sources, of_two_files_are_all_of_each_unless_fewer_are_asked_for) {
    DataOptions options{.file = path("ten.h5"), .validation_file = path("four.h5"), .events = 0};
    options.validation_events = 0;
    EXPECT_EQ(open_sources(options).training->size(), 10U);
    EXPECT_EQ(open_sources(options).validation->size(), 4U);
    options.events = 3;
    EXPECT_EQ(open_sources(options).training->size(), 3U);
}

TEST_F(sources, more_events_than_there_are_and_broken_files_are_refused_with_the_reason) {
    EXPECT_THAT(problem({.file = path("ten.h5"), .events = 9, .validation_events = 2}),
                testing::HasSubstr("9 events for training and 2 for validation (the file has 10)"));
    EXPECT_THAT(problem({.file = path("ten.h5"), .events = 11, .validation_events = 1}),
                testing::HasSubstr("ten.h5"));
    // Training on the events of the validation would be a loss that nobody should believe.
    EXPECT_THAT(problem({.file = path("ten.h5"), .events = 0, .validation_events = 10}),
                testing::HasSubstr("no event is left to train on (of 10, 10 are for validation)"));
    fs::resize_file(path("ten.h5"), fs::file_size(path("ten.h5")) / 2);
    EXPECT_THAT(problem({.file = path("ten.h5")}), testing::HasSubstr("ten.h5"));
}

TEST_F(sources, stacked_events_are_those_of_the_source) {
    const auto events = std::make_shared<data::GeneratedEvents>(generator_, 0, 5);
    const EventSet set(events);
    const std::vector<std::size_t> wanted = {3, 1};
    const mlpf::Batch<float> batch = set.stack(wanted);
    const event::Event third = events->read(3).value(), first = events->read(1).value();
    ASSERT_EQ(batch.begin, (std::vector<mlpf::Index>{0, static_cast<mlpf::Index>(third.rows),
                                                     static_cast<mlpf::Index>(third.rows + first.rows)}));
    EXPECT_EQ(batch.features(batch.begin[1], 5), first.elements[5]);
    EXPECT_EQ(batch.targets(batch.begin[1], 6), first.targets[6]);
    EXPECT_EQ(set.counts(3).elements, static_cast<double>(third.rows));
}

}  // namespace
}  // namespace quench::trainer::training
