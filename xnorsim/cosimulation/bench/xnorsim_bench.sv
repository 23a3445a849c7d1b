// SPDX-License-Identifier: Apache-2.0
//
// Bench: xnorsim_accelerator on a memory model, and the count of a job's cycles by class.
//
// The memory is read from +image=FILE at time 0, and its first +words=N port words are written to
// +dump=FILE on a rising edge of dump_i (both as $readmemh has them). It returns load data latency_i cycles after acceptance, and is ready
// but where the job's stall pattern says otherwise: bit c of the pattern, counted from bit 0 of its first
// word in +stalls=FILE, keeps edge c of the job from accepting a request. Past its end all edges accept.
// A void load is answered with random bits, which must not count anywhere.
// Parameters: those of xnorsim_accelerator; MemoryWords >= 1 port words; MaxLatency >= 1, the limit of latency_i;
//   StallWords >= 1 words of 64 bits for the patterns of all jobs.
// Latency: a job's counts are on the outputs behind the edge that accepts its last store; a job that
//   waits is accepted at the next edge.
// Reference: docs/microarchitecture.md, section 5.

module xnorsim_bench #(
  parameter int unsigned OrPool = 0,
  parameter int unsigned Dataflow = 0,
  parameter int unsigned AccumulatorRows = 4,
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ScratchpadWordsA = 8,
  parameter int unsigned ScratchpadWordsB = 8,
  parameter int unsigned ResultTiles = 5,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  parameter int unsigned MemoryWords = 4096,
  parameter int unsigned MaxLatency = 256,
  parameter int unsigned StallWords = 65536,
  localparam int unsigned CountBits = $clog2(Lanes + 1),
  localparam int unsigned ChunkWords =
      (Dataflow == 1) ? Rows : (ScratchpadWordsA < ScratchpadWordsB) ? ScratchpadWordsA
                                                                     : ScratchpadWordsB,
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned TileRows = (Dataflow == 1) ? AccumulatorRows : Rows,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 job_valid_i,
  output logic                 job_ready_o,
  input  logic                 job_pool_i,
  input  logic [DimBits-1:0]   job_m_i,
  input  logic [DimBits-1:0]   job_n_i,
  input  logic [DimBits-1:0]   job_k_words_i,
  input  logic [CountBits-1:0] job_tail_lanes_i,
  input  logic [DimBits-1:0]   job_n_words_i,
  input  logic                 job_thresholds_i,
  input  logic [ChunkBits-1:0] job_chunk_words_i,
  input  logic [RowCountBits-1:0] job_tile_rows_i,
  input  logic [DimBits-1:0]   job_tap_words_i,
  input  logic [DimBits-1:0]   job_map_h_i,
  input  logic [DimBits-1:0]   job_map_w_i,
  input  logic [DimBits-1:0]   job_result_w_i,
  input  logic [WindowBits-1:0] job_kernel_h_i,
  input  logic [WindowBits-1:0] job_kernel_w_i,
  input  logic [WindowBits-1:0] job_stride_h_i,
  input  logic [WindowBits-1:0] job_stride_w_i,
  input  logic [WindowBits-1:0] job_padding_h_i,
  input  logic [WindowBits-1:0] job_padding_w_i,
  input  logic [WindowBits-1:0] job_dilation_h_i,
  input  logic [WindowBits-1:0] job_dilation_w_i,
  input  logic [3:0]           job_a_planes_i,
  input  logic [3:0]           job_b_planes_i,
  input  logic                 job_a_unipolar_i,
  input  logic                 job_b_unipolar_i,
  input  logic                 job_a_weighted_i,
  input  logic                 job_b_weighted_i,
  input  logic                 job_a_negative_i,
  input  logic                 job_b_negative_i,
  input  logic [3:0]           job_shift_i,
  input  logic [AddrBits-1:0]  job_a_addr_i,
  input  logic [AddrBits-1:0]  job_b_addr_i,
  input  logic [AddrBits-1:0]  job_t_addr_i,
  input  logic [AddrBits-1:0]  job_r_addr_i,

  // The job's stall pattern: its first word and its bits.
  input  logic [31:0]          stall_first_i,
  input  logic [31:0]          stall_cycles_i,

  // Cycles from the acceptance of a load to its data, 1..MaxLatency; constant while any is on its way.
  input  logic [15:0]          latency_i,
  input  logic                 dump_i,

  // Jobs that have ended, and the cycles of the last one by class.
  output logic [31:0]          jobs_done_o,
  output logic [63:0]          cycles_o,
  output logic [63:0]          issue_o,
  output logic [63:0]          schedule_o,
  output logic [63:0]          load_stall_o,
  output logic [63:0]          store_stall_o,
  output logic [63:0]          flush_o,

  // The job that runs: words issued, loads and stores accepted, what the array waits for at this edge.
  output logic [63:0]          issued_o,
  output logic [63:0]          loads_o,
  output logic [63:0]          stores_o,
  output logic                 waits_gap_o,
  output logic                 waits_load_o,
  output logic                 waits_store_o
);

  logic req_valid, req_ready, req_write, req_last, req_void, rsp_valid;
  logic [AddrBits-1:0] req_addr;
  logic [PortBits-1:0] req_wdata, req_wmask, rsp_data;
  logic issue, wait_gap, wait_load, wait_store;

  // The inputs start at random, the clock with an edge: nothing counts before the first reset.
  logic reset_seen_q, rst_n;
  assign rst_n = rst_ni && reset_seen_q;

  initial reset_seen_q = 1'b0;

  always @(posedge clk_i) begin
    if (!rst_ni) reset_seen_q <= 1'b1;
  end

  xnorsim_accelerator #(
    .OrPool          (OrPool),
    .Dataflow        (Dataflow),
    .AccumulatorRows (AccumulatorRows),
    .Rows            (Rows),
    .Cols            (Cols),
    .Lanes           (Lanes),
    .AccumulatorBits (AccumulatorBits),
    .PortBits        (PortBits),
    .ScratchpadWordsA(ScratchpadWordsA),
    .ScratchpadWordsB(ScratchpadWordsB),
    .ResultTiles     (ResultTiles),
    .DimBits         (DimBits),
    .WindowBits      (WindowBits),
    .AddrBits        (AddrBits)
  ) u_accelerator (
    .clk_i,
    .rst_ni      (rst_n),
    .job_valid_i,
    .job_ready_o,
    .job_pool_i,
    .job_m_i,
    .job_n_i,
    .job_k_words_i,
    .job_tail_lanes_i,
    .job_n_words_i,
    .job_thresholds_i,
    .job_chunk_words_i,
    .job_tile_rows_i,
    .job_tap_words_i,
    .job_map_h_i,
    .job_map_w_i,
    .job_result_w_i,
    .job_kernel_h_i,
    .job_kernel_w_i,
    .job_stride_h_i,
    .job_stride_w_i,
    .job_padding_h_i,
    .job_padding_w_i,
    .job_dilation_h_i,
    .job_dilation_w_i,
    .job_a_planes_i,
    .job_b_planes_i,
    .job_a_unipolar_i,
    .job_b_unipolar_i,
    .job_a_weighted_i,
    .job_b_weighted_i,
    .job_a_negative_i,
    .job_b_negative_i,
    .job_shift_i,
    .job_a_addr_i,
    .job_b_addr_i,
    .job_t_addr_i,
    .job_r_addr_i,
    .req_valid_o (req_valid),
    .req_ready_i (req_ready),
    .req_write_o (req_write),
    .req_last_o  (req_last),
    .req_void_o  (req_void),
    .req_addr_o  (req_addr),
    .req_wdata_o (req_wdata),
    .req_wmask_o (req_wmask),
    .rsp_valid_i (rsp_valid),
    .rsp_data_i  (rsp_data),
    .issue_o     (issue),
    .wait_gap_o  (wait_gap),
    .wait_load_o (wait_load),
    .wait_store_o(wait_store)
  );

  localparam int unsigned StallBits = (StallWords > 1) ? $clog2(StallWords) : 1;

  // The job's progress; cycles_q is the number of the edge that comes next.
  logic busy_q, start, finish, count;
  logic [63:0] cycles_q, issue_q, schedule_q, load_q, store_q;

  // The stall pattern blocks acceptance only: what was accepted before comes when it comes.
  logic [63:0] stalls [StallWords];
  logic [31:0] stall_first_q, stall_cycles_q;
  logic [63:0] stall_word;
  assign stall_word = stalls[StallBits'(stall_first_q + 32'(cycles_q / 64))];
  assign req_ready  = !busy_q || (cycles_q >= 64'(stall_cycles_q)) || !stall_word[6'(cycles_q)];

  always_ff @(posedge clk_i) begin
    if (start) begin
      stall_first_q  <= stall_first_i;
      stall_cycles_q <= stall_cycles_i;
    end
  end

  // Memory model. Load data waits in a ring of edges: what edge x accepts is read at edge x + latency.
  localparam int unsigned MemoryBits = (MemoryWords > 1) ? $clog2(MemoryWords) : 1;
  localparam int unsigned RingBits = (MaxLatency > 1) ? $clog2(MaxLatency) : 1;

  logic [PortBits-1:0] memory [MemoryWords];
  logic [PortBits-1:0] ring_data [MaxLatency];
  logic [MaxLatency-1:0] ring_valid_q;
  logic [RingBits-1:0] edge_q, arrival;
  logic [MemoryBits-1:0] address;
  logic accept_load, accept_store;

  // Registers start at random: what they ask for in reset is no request.
  assign accept_load  = rst_n && req_valid && req_ready && !req_write;
  assign accept_store = rst_n && req_valid && req_ready && req_write;
  assign address      = MemoryBits'(req_addr);
  assign arrival      = RingBits'((32'(edge_q) + 32'(latency_i)) % MaxLatency);
  assign rsp_valid    = ring_valid_q[edge_q];
  assign rsp_data     = ring_data[edge_q];

  // Other bits for each void load, from a generator of one word (xorshift).
  logic [31:0] noise_q, noise_13, noise_17;
  logic [PortBits-1:0] noise;
  assign noise    = PortBits'({(PortBits + 31) / 32{noise_q}});
  assign noise_13 = noise_q ^ (noise_q << 13);
  assign noise_17 = noise_13 ^ (noise_13 >> 17);

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) noise_q <= 32'h1234_5678;
    else if (accept_load && req_void) noise_q <= noise_17 ^ (noise_17 << 5);
  end

  string image, dump, pattern;
  int unsigned dump_words;

  initial begin
    if (!$value$plusargs("words=%d", dump_words)) dump_words = MemoryWords;
    if ($value$plusargs("image=%s", image)) $readmemh(image, memory);
    if ($value$plusargs("stalls=%s", pattern)) $readmemh(pattern, stalls);
  end

  always_ff @(posedge dump_i) begin
    if ($value$plusargs("dump=%s", dump)) $writememh(dump, memory, 0, dump_words - 1);
  end

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      edge_q       <= '0;
      ring_valid_q <= '0;
    end else begin
      edge_q               <= (32'(edge_q) == MaxLatency - 1) ? '0 : edge_q + 1'b1;
      ring_valid_q[edge_q] <= 1'b0;
      if (accept_load) ring_valid_q[arrival] <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept_load) ring_data[arrival] <= req_void ? noise : memory[address];
    if (accept_store) memory[address] <= (memory[address] & ~req_wmask) | (req_wdata & req_wmask);
  end

  // Cycles and classes. A wait belongs to a class only when a word issues after it: until then it is pending, and what is
  // pending at the end of the job is flush.
  logic [63:0] gap_wait_q, load_wait_q, store_wait_q;

  assign start  = job_valid_i && job_ready_o;
  assign finish = req_valid && req_ready && req_last;
  assign count  = start || busy_q;

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      busy_q                                  <= 1'b0;
      {cycles_q, issue_q}                     <= '0;
      {schedule_q, load_q, store_q}           <= '0;
      {gap_wait_q, load_wait_q, store_wait_q} <= '0;
    end else if (finish) begin
      busy_q                                  <= 1'b0;
      {cycles_q, issue_q}                     <= '0;
      {schedule_q, load_q, store_q}           <= '0;
      {gap_wait_q, load_wait_q, store_wait_q} <= '0;
    end else if (count) begin
      busy_q   <= 1'b1;
      cycles_q <= cycles_q + 64'd1;
      if (issue) begin
        issue_q                                 <= issue_q + 64'd1;
        schedule_q                              <= schedule_q + gap_wait_q;
        load_q                                  <= load_q + load_wait_q;
        store_q                                 <= store_q + store_wait_q;
        {gap_wait_q, load_wait_q, store_wait_q} <= '0;
      end else begin
        gap_wait_q   <= gap_wait_q + 64'(wait_gap);
        load_wait_q  <= load_wait_q + 64'(wait_load);
        store_wait_q <= store_wait_q + 64'(wait_store);
      end
    end
  end

  logic [63:0] loads_q, stores_q;

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      {loads_q, stores_q} <= '0;
    end else if (finish) begin
      {loads_q, stores_q} <= '0;
    end else begin
      loads_q  <= loads_q + 64'(accept_load);
      stores_q <= stores_q + 64'(accept_store);
    end
  end

  assign issued_o      = issue_q;
  assign loads_o       = loads_q;
  assign stores_o      = stores_q;
  assign waits_gap_o   = wait_gap;
  assign waits_load_o  = wait_load;
  assign waits_store_o = wait_store;

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      jobs_done_o                                <= '0;
      {cycles_o, issue_o, flush_o}               <= '0;
      {schedule_o, load_stall_o, store_stall_o}  <= '0;
    end else if (finish) begin
      jobs_done_o   <= jobs_done_o + 32'd1;
      // The edge that ends the job is a cycle too, after its last issue.
      cycles_o      <= cycles_q + 64'd1;
      issue_o       <= issue_q;
      schedule_o    <= schedule_q;
      load_stall_o  <= load_q;
      store_stall_o <= store_q;
      flush_o       <= gap_wait_q + load_wait_q + store_wait_q + 64'd1;
    end
  end

  AddressInMemory_A :
  assert property (@(posedge clk_i) disable iff (!rst_n)
                   req_valid && !req_void |-> 64'(req_addr) < 64'(MemoryWords));

  LoadIsVoid_A :
  assert property (@(posedge clk_i) disable iff (!rst_n) req_valid && req_void |-> !req_write);

  LatencyInRing_A :
  assert property (@(posedge clk_i) disable iff (!rst_n)
                   accept_load |-> latency_i != '0 && 32'(latency_i) <= MaxLatency);

  ResponseOfJob_A :
  assert property (@(posedge clk_i) disable iff (!rst_n) rsp_valid |-> busy_q);

  StallsInMemory_A :
  assert property (@(posedge clk_i) disable iff (!rst_n)
                   start && stall_cycles_i != '0 |->
                   64'(stall_first_i) + (64'(stall_cycles_i) + 63) / 64 <= 64'(StallWords));

  NoIssueAtEnd_A :
  assert property (@(posedge clk_i) disable iff (!rst_n) finish |-> busy_q && !issue);

  // The rules of the port (docs/microarchitecture.md, section 3).
  RequestHeld_A :
  assert property (@(posedge clk_i) disable iff (!rst_n) req_valid && !req_ready |=>
                   req_valid && $stable({req_write, req_last, req_void, req_addr})
                   && (!req_write || $stable({req_wdata, req_wmask})));

  RequestOfJob_A :
  assert property (@(posedge clk_i) disable iff (!rst_n) req_valid |-> busy_q);

  LastIsStore_A :
  assert property (@(posedge clk_i) disable iff (!rst_n) req_valid && req_last |-> req_write);

  StoreNotEmpty_A :
  assert property (@(posedge clk_i) disable iff (!rst_n)
                   req_valid && req_write |-> req_wmask != '0);

  ReadyUnlessBusy_A :
  assert property (@(posedge clk_i) disable iff (!rst_n) job_ready_o == !busy_q);

  QuietInReset_A :
  assert property (@(posedge clk_i) !rst_n |=> !req_valid);

endmodule
