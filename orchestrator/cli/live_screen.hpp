// Redraws a view in place on a terminal.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

struct TerminalSize {
    int columns = 80;
    int rows = 24;
};

/// Owns the lines at the bottom of the terminal. Never taller than the terminal (a view that scrolled away
/// could not be redrawn), so the last lines of a long view are cut. The size is read at every drawing, so a
/// resized window is right at the next one. The destructor leaves the last view standing and the cursor
/// visible; a signal handler that ends the process must write `restore`. Not thread-safe.
class LiveScreen {
  public:
    static constexpr const char* restore = "\x1b[?25h\x1b[0m";

    LiveScreen(std::ostream& out, std::function<TerminalSize()> size);
    ~LiveScreen();
    LiveScreen(const LiveScreen&) = delete;
    LiveScreen& operator=(const LiveScreen&) = delete;

    [[nodiscard]] int width() const { return size_().columns; }

    /// `view`: lines that end in '\n', made for width().
    void draw(const std::string& view);

    /// Takes the view away, so that something else can be printed; the next draw begins below that.
    void clear();

  private:
    /// Rows that the drawn lines take now: a narrower window has wrapped them.
    [[nodiscard]] int rows_drawn(int columns) const;

    std::ostream& out_;
    std::function<TerminalSize()> size_;
    std::vector<std::size_t> drawn_;  ///< widths of the lines on the screen
    bool hidden_ = false;             ///< the cursor
};

}  // namespace quench::orchestrator::cli
