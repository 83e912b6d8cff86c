// Tables that are computed from the journal, kept up to date fact by fact in the transaction that writes it.
#pragma once

#include "orchestrator/core/fact.hpp"
#include "orchestrator/io/sqlite/connection.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace quench::orchestrator::io::sqlite {

/// A row of `fact`, decoded.
struct JournalEntry {
    std::int64_t seq = 0;
    std::int64_t study = 0;  ///< id in table `study`
    core::StampedFact stamped;
};

/// Deterministic: the same entries make the same rows in any database. A fact that contradicts those before
/// it (of a damaged journal) changes nothing or little, and never throws for that reason.
class Projector {
  public:
    explicit Projector(Connection& connection) : connection_(connection) {}

    void apply(const JournalEntry& entry);
    /// Forgets what it read, after a transaction that was rolled back.
    void forget() { metrics_.clear(); }

  private:
    const std::string& metric_of(std::int64_t study);

    Connection& connection_;
    std::unordered_map<std::int64_t, std::string> metrics_;
};

/// Where the stored rows of a study differ from those of `replayed`, one sentence each, at most `limit`.
std::vector<std::string> differences(Connection& stored, Connection& replayed, std::int64_t study,
                                     std::size_t limit);

}  // namespace quench::orchestrator::io::sqlite
