// SPDX-License-Identifier: Apache-2.0
//
// Play jobs on the bench top without cocotb: what the Verilated model alone takes.
//
// Usage: harness JOBS LATENCY +image=FILE +dump=FILE +stalls=FILE
// Each line of JOBS is a job, "port value port value ..."; its counters are printed in a line when it ends.
// The edges are those of xnorsim/cosimulation/bench/jobs_bench.py.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "Vtop.h"
#include "verilated.h"

using Setter = void (*)(Vtop&, uint64_t);
using Job = std::vector<std::pair<Setter, uint64_t>>;

static const std::map<std::string, Setter> INPUTS = {
#define PORT(name) {#name, [](Vtop& top, uint64_t value) { top.name = value; }},
#include "ports.inc"
};

static std::vector<Job> read_jobs(const char* path) {
    std::vector<Job> jobs;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        Job job;
        uint64_t value;
        for (std::string name; fields >> name >> value;) job.emplace_back(INPUTS.at(name), value);
        jobs.push_back(job);
    }
    return jobs;
}

// Offers each job as soon as the one before is accepted.
class Driver {
  public:
    Driver(Vtop& top, const std::vector<Job>& jobs) : top_(top), jobs_(jobs) {}

    void reset() {
        top_.rst_ni = 0;
        for (int edge = 0; edge < 2; edge++) clock();
        top_.rst_ni = 1;
        present();
    }

    // Returns whether a job ended at the edge.
    bool clock() {
        const bool accepted = top_.job_valid_i && top_.job_ready_o;
        const uint32_t done = top_.jobs_done_o;
        top_.clk_i = 1;
        top_.eval();
        if (accepted) present();
        top_.clk_i = 0;
        top_.eval();
        return top_.jobs_done_o != done;
    }

  private:
    void present() {
        top_.job_valid_i = next_ < jobs_.size();
        if (next_ == jobs_.size()) return;
        for (const auto& [set, value] : jobs_[next_++]) set(top_, value);
    }

    Vtop& top_;
    const std::vector<Job>& jobs_;
    size_t next_ = 0;
};

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    VerilatedContext context;
    context.commandArgs(argc, argv);
    Vtop top(&context);
    const std::vector<Job> jobs = read_jobs(argv[1]);
    top.latency_i = std::stoul(argv[2]);
    top.clk_i = top.dump_i = top.job_valid_i = 0;
    top.eval();
    Driver driver(top, jobs);
    driver.reset();
    while (top.jobs_done_o < jobs.size()) {
        if (!driver.clock()) continue;
        const uint64_t counters[] = {top.cycles_o,     top.issue_o,       top.schedule_o,
                                     top.load_stall_o, top.store_stall_o, top.flush_o};
        for (const uint64_t counter : counters) std::printf("%llu ", static_cast<unsigned long long>(counter));
        std::printf("\n");
    }
    top.dump_i = 1;
    top.eval();
    top.final();
}
