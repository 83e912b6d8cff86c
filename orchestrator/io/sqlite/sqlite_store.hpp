// The store in a SQLite file: journal, projections and Optuna's views of them.
//
// WAL with synchronous=FULL: a commit survives a power cut. One writer, kept single by the row in table
// `lock`; readers never block it and never change the file. After a clean end there is one file, without WAL.
// The journal needs a file system with POSIX locks and shared memory: a local disk of the coordinator's host.
#pragma once

#include "base/time.hpp"
#include "orchestrator/store/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quench::orchestrator::io::sqlite {

/// The coordinator that holds a database, as far as its lock row tells.
struct Holder {
    std::string host;
    std::int64_t pid = 0;
    base::Duration held_for{};
    base::Duration silent_for{};  ///< since its last heartbeat
    std::string access_file;
    bool dead = false;  ///< known for sure: a process of this machine that is gone
    friend bool operator==(const Holder&, const Holder&) = default;
};

/// "host n1, pid 4711, since 2 min 10 s, last sign of life 850 ms ago"
std::string to_text(const Holder& holder);

struct OpenFailure {
    enum class Why {
        held,            ///< another coordinator writes it
        newer_version,   ///< written by a later Quench; untouched
        not_a_database,  ///< no SQLite file, or another program's; untouched
        not_found,       ///< only when reading
        io,              ///< permissions, a folder, a full disk, ...
    };
    Why why = Why::io;
    std::string text;  ///< problem (why) way out
    std::optional<Holder> holder;
};

struct WriterOptions {
    std::string host;
    std::int64_t pid = 0;
    std::string access_file;
    base::Duration stale_after = std::chrono::seconds(15);  ///< without heartbeat, on another host
    base::TimePoint now;
    std::optional<std::string> optuna_revision;  ///< v3.2.0.a for Optuna 3.2 and later; kept when not set
};

class SqliteStore final : public store::Store {
  public:
    using Opened = std::variant<std::unique_ptr<SqliteStore>, OpenFailure>;

    /// Creates the file when there is none, brings an older version up to date, and takes the lock.
    static Opened open_to_write(const std::string& path, const WriterOptions& options);
    /// A snapshot is taken by each call anew. append fails.
    static Opened open_to_read(const std::string& path);

    /// Releases the lock.
    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    base::Result<> append(const std::string& study, std::span<const core::StampedFact> facts) override;
    [[nodiscard]] base::Result<std::vector<std::string>> studies() const override;
    [[nodiscard]] base::Result<std::vector<core::StampedFact>> load(const std::string& study) const override;

    /// Call it every turn: refreshes the heartbeat, at most once a second. An error means that another
    /// coordinator has taken over (or that the disk fails): stop without sending anything.
    base::Result<> keep_lock(base::TimePoint now);

    /// Who was found dead or silent when this store was opened to write.
    [[nodiscard]] const std::optional<Holder>& taken_over() const;

    /// Who writes the database now; a holder can be `dead`.
    [[nodiscard]] base::Result<std::optional<Holder>> holder(base::TimePoint now) const;

    /// Computes the projections of a study from its journal anew and says where the stored ones differ, one
    /// sentence each, at most 100. Empty: they agree.
    [[nodiscard]] base::Result<std::vector<std::string>> projection_differences(
        const std::string& study) const;

    /// What SQLite's own PRAGMA integrity_check says of the file; empty: it is sound.
    [[nodiscard]] base::Result<std::vector<std::string>> damage() const;

  private:
    struct Content;
    explicit SqliteStore(std::unique_ptr<Content> content);

    std::unique_ptr<Content> content_;
};

}  // namespace quench::orchestrator::io::sqlite
