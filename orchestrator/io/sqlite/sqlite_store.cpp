#include "orchestrator/io/sqlite/sqlite_store.hpp"

#include "orchestrator/io/sqlite/open.hpp"
#include "orchestrator/io/sqlite/projection.hpp"
#include "orchestrator/io/sqlite/schema.hpp"
#include "orchestrator/store/batch.hpp"
#include "orchestrator/store/fact_codec.hpp"

namespace quench::orchestrator::io::sqlite {

namespace {

constexpr base::Duration heartbeat_every = std::chrono::seconds(1);
constexpr std::size_t most_differences = 100;

std::optional<std::int64_t> find_study(Connection& db, const std::string& name) {
    auto& query = db.statement("SELECT id FROM study WHERE name = ?1");
    std::optional<std::int64_t> id;
    if (query.start(name).next()) id = query.integer(0);
    query.reset();
    return id;
}

/// Hands each fact of a study to `use`, in order; the error names the first that cannot be read.
template <class Use>
base::Result<> for_each_fact(Connection& db, std::int64_t study, Use&& use) {
    auto& query = db.statement("SELECT seq, at, kind, body FROM fact WHERE study = ?1 ORDER BY seq");
    for (query.start(study); query.next();) {
        const auto seq = query.integer(0);
        auto fact = store::decode(query.text(2), query.text(3));
        if (!fact) {
            query.reset();
            return fact.error().in("fact " + std::to_string(seq) + " of the journal cannot be read");
        }
        use(JournalEntry{seq, study, {{query.integer(1)}, std::move(fact).value()}});
    }
    return base::success();
}

/// The fact as it will be read back: bytes that are not UTF-8 become U+FFFD in the journal, and must in the
/// projections too, or the two would disagree for ever.
core::Fact as_journalled(const core::Fact& fact, const store::EncodedFact& encoded) {
    if (encoded.body.find("\xef\xbf\xbd") == std::string::npos) return fact;
    auto read = store::decode(encoded.kind, encoded.body);
    return read ? std::move(read).value() : fact;
}

base::Error lost_lock() {
    return base::Error(
        "another coordinator has taken over this database (this one was silent for too long); nothing was "
        "written, end this one");
}

}  // namespace

struct SqliteStore::Content {
    explicit Content(OpenDatabase opened)
        : db(std::move(opened.connection)),
          token(std::move(opened.token)),
          taken_over(std::move(opened.taken_over)),
          projector(db) {}

    mutable Connection db;
    std::string token;  ///< empty: opened to read
    std::optional<Holder> taken_over;
    Projector projector;
    std::optional<base::TimePoint> heartbeat;

    base::Result<> append(const std::string& study, std::span<const core::StampedFact> facts);
};

SqliteStore::SqliteStore(std::unique_ptr<Content> content) : content_(std::move(content)) {}

SqliteStore::Opened SqliteStore::open_to_write(const std::string& path, const WriterOptions& options) {
    auto opening = open_database_to_write(path, options);
    if (auto* failure = std::get_if<OpenFailure>(&opening)) return std::move(*failure);
    auto content = std::make_unique<Content>(std::get<OpenDatabase>(std::move(opening)));
    content->heartbeat = options.now;
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(content)));
}

SqliteStore::Opened SqliteStore::open_to_read(const std::string& path) {
    auto opening = open_database_to_read(path);
    if (auto* failure = std::get_if<OpenFailure>(&opening)) return std::move(*failure);
    auto content = std::make_unique<Content>(std::get<OpenDatabase>(std::move(opening)));
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(content)));
}

SqliteStore::~SqliteStore() {
    if (content_->token.empty()) return;
    try {
        Connection& db = content_->db;
        bool ours = false;
        {
            Transaction transaction(db);
            ours = holds_lock(db, content_->token);
            release_lock(db, content_->token);
            transaction.commit();
        }
        // Leaves one plain file, which can be read where nothing can be written. Fails while somebody reads:
        // then the WAL stays.
        if (ours) db.execute("PRAGMA journal_mode = DELETE");
    } catch (const Failure&) {
        // The next coordinator finds this process gone and takes over.
    }
}

base::Result<> SqliteStore::append(const std::string& study, std::span<const core::StampedFact> facts) {
    const std::string what = "cannot write to study '" + study + "'";
    if (content_->token.empty()) return base::Error(what + ": the database was opened to read");
    auto written = guarded<base::Nothing>(what, [&] { return content_->append(study, facts); });
    if (!written) content_->projector.forget();
    return written;
}

base::Result<> SqliteStore::Content::append(const std::string& name,
                                            std::span<const core::StampedFact> facts) {
    Transaction transaction(db);
    if (!holds_lock(db, token)) return lost_lock();
    auto id = find_study(db, name);
    const auto is = id ? store::StudyIs::present : store::StudyIs::absent;
    if (auto checked = store::check_batch(name, is, facts); !checked) return checked;
    if (!id) id = db.integer("SELECT coalesce(max(id), 0) + 1 FROM study");
    auto& last = db.statement("SELECT coalesce(max(seq), 0) FROM fact");
    last.start().next();
    std::int64_t seq = last.integer(0);
    last.reset();
    for (const auto& fact : facts) {
        ++seq;
        const auto encoded = store::encode(fact.fact);
        projector.apply({seq, *id, {fact.at, as_journalled(fact.fact, encoded)}});
        db.statement("INSERT INTO fact VALUES (?1, ?2, ?3, ?4, ?5)")
            .run(seq, *id, fact.at.us, encoded.kind, encoded.body);
    }
    transaction.commit();
    return base::success();
}

base::Result<std::vector<std::string>> SqliteStore::studies() const {
    using Names = std::vector<std::string>;
    return guarded<Names>("cannot list the studies", [&]() -> base::Result<Names> {
        Names names;
        auto& query = content_->db.statement("SELECT name FROM study ORDER BY id");
        for (query.start(); query.next();) names.push_back(query.text(0));
        return names;
    });
}

base::Result<std::vector<core::StampedFact>> SqliteStore::load(const std::string& study) const {
    using Facts = std::vector<core::StampedFact>;
    return guarded<Facts>("cannot load study '" + study + "'", [&]() -> base::Result<Facts> {
        const auto id = find_study(content_->db, study);
        if (!id) return store::no_such_study(study);
        Facts facts;
        auto read = for_each_fact(content_->db, *id,
                                  [&](JournalEntry entry) { facts.push_back(std::move(entry.stamped)); });
        if (!read) return read.error().in("cannot load study '" + study + "'");
        return facts;
    });
}

base::Result<> SqliteStore::keep_lock(base::TimePoint now) {
    if (content_->token.empty()) return base::Error("a database that was opened to read holds no lock");
    if (content_->heartbeat && now >= *content_->heartbeat && now - *content_->heartbeat < heartbeat_every)
        return base::success();
    return guarded<base::Nothing>("cannot renew the lock of the database", [&]() -> base::Result<> {
        Transaction transaction(content_->db);
        if (!refresh_lock(content_->db, content_->token, now)) return lost_lock();
        transaction.commit();
        content_->heartbeat = now;
        return base::success();
    });
}

const std::optional<Holder>& SqliteStore::taken_over() const {
    return content_->taken_over;
}

base::Result<std::optional<Holder>> SqliteStore::holder(base::TimePoint now) const {
    using Found = std::optional<Holder>;
    return guarded<Found>("cannot read the lock of the database", [&]() -> base::Result<Found> {
        const auto row = read_lock(content_->db);
        return row ? Found(holder_of(*row, now)) : Found();
    });
}

base::Result<std::vector<std::string>> SqliteStore::projection_differences(const std::string& study) const {
    using Found = std::vector<std::string>;
    return guarded<Found>("cannot verify study '" + study + "'", [&]() -> base::Result<Found> {
        Connection& db = content_->db;
        const auto id = find_study(db, study);
        if (!id) return store::no_such_study(study);
        Connection replayed(":memory:", Mode::create);
        replayed.execute("BEGIN");
        create_schema(replayed);
        Projector projector(replayed);
        const ReadSnapshot snapshot(db);  // journal and projections of one instant
        auto read = for_each_fact(db, *id, [&](const JournalEntry& entry) { projector.apply(entry); });
        if (!read) return read.error().in("cannot verify study '" + study + "'");
        return differences(db, replayed, *id, most_differences);
    });
}

base::Result<std::vector<std::string>> SqliteStore::damage() const {
    using Found = std::vector<std::string>;
    return guarded<Found>("cannot check the file", [&]() -> base::Result<Found> {
        Found found;
        Statement& check = content_->db.statement("PRAGMA integrity_check").start();
        while (check.next()) {
            if (check.text(0) != "ok") found.push_back(check.text(0));
        }
        return found;
    });
}

}  // namespace quench::orchestrator::io::sqlite
