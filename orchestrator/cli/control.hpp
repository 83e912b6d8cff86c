// Asks the coordinator of a study for something, or does it in the journal when none lives.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/io/sqlite/sqlite_store.hpp"

#include <memory>
#include <optional>
#include <string>

namespace quench::orchestrator::cli {

/// The coordinator that lives and writes this database, if one does.
std::optional<io::sqlite::Holder> live_holder(const World& world, const std::string& db);

/// Opens the database for a coordinator or a command that changes it. Throws Refusal (storage) when another
/// coordinator holds it, naming host, pid and age.
std::unique_ptr<io::sqlite::SqliteStore> open_to_write(const World& world, const std::string& db,
                                                       const std::string& access_file);

/// Sends `verb` (pause, resume, cancel) to the coordinator and prints its answer.
ExitCode ask_coordinator(const World& world, const io::sqlite::Holder& holder, const std::string& verb,
                         const std::string& study);

/// pause or cancel, whether or not a coordinator lives.
ExitCode control(const World& world, const Common& common, const std::string& verb,
                 const std::string& wanted);

/// This host's name.
std::string host_name();

}  // namespace quench::orchestrator::cli
