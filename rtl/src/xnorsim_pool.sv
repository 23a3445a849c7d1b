// SPDX-License-Identifier: Apache-2.0
//
// OR-pool: the maximum of packed bits under a window, port word by port word.
//
// A group, one port word of one place, sums by OR in a register of its own until its store is accepted.
// Parameters: Lanes 1..1024, PortBits a power of two 8..4096, ResultTiles 2..8 (groups between load and
//   store), DimBits 1..30, WindowBits 1..DimBits, AddrBits 1..64.
// Latency: docs/microarchitecture.md, section 10; the first request is accepted 2 cycles after the job.
// Overflow: none, a group's register is free before its loads are requested.
// Reference: workloads.reference.pooled for the result, simulator.engine.run_pool for the cycles.

module xnorsim_pool #(
  parameter int unsigned Lanes = 64,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ResultTiles = 5,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  // A pooling job is accepted; its constants, as in xnorsim_accelerator.
  input  logic                    start_i,
  input  logic [DimBits-1:0]      job_m_i,
  input  logic [DimBits-1:0]      job_tap_words_i,
  input  logic [ConstantBits-1:0] job_window_i,
  input  logic [AddrBits-1:0]     job_a_addr_i,
  input  logic [AddrBits-1:0]     job_r_addr_i,

  output logic                    req_valid_o,
  input  logic                    req_ready_i,
  output logic                    req_write_o,
  output logic                    req_last_o,
  output logic                    req_void_o,
  output logic [AddrBits-1:0]     req_addr_o,
  output logic [PortBits-1:0]     req_wdata_o,
  input  logic                    rsp_valid_i,
  input  logic [PortBits-1:0]     rsp_data_i
);

  localparam int unsigned TileBits = $clog2(ResultTiles + 1);
  localparam int unsigned PlaceBits = $clog2(ResultTiles);

  // Request side: the loads, and the store of each group at the next address.
  logic load_valid, load_void, load_last, load_step, store_step, unused_load_first;
  logic [AddrBits-1:0] load_word, store_addr_q;
  logic [TileBits-1:0] open_q;

  xnorsim_pool_walker #(
    .Lanes(Lanes), .PortBits(PortBits), .DimBits(DimBits), .WindowBits(WindowBits),
    .AddrBits(AddrBits)
  ) u_loads (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_tap_words_i,
    .job_window_i,
    .step_i (load_step),
    .valid_o(load_valid),
    .word_o (load_word),
    .void_o (load_void),
    .first_o(unused_load_first),
    .last_o (load_last)
  );

  // Response side: the group that a word belongs to.
  logic outside, first, last, group_ready, unused_valid, unused_word;

  xnorsim_pool_walker #(
    .Lanes(Lanes), .PortBits(PortBits), .DimBits(DimBits), .WindowBits(WindowBits), .AddrBits(1)
  ) u_words (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_tap_words_i,
    .job_window_i,
    .step_i (rsp_valid_i),
    .valid_o(unused_valid),
    .word_o (unused_word),
    .void_o (outside),
    .first_o(first),
    .last_o (last)
  );

  assign group_ready = rsp_valid_i && last;

  // Loads need no half of a scratchpad: none is ever given up.
  xnorsim_request #(.ResultTiles(ResultTiles), .AddrBits(AddrBits)) u_request (
    .clk_i,
    .rst_ni,
    .start_i,
    .load_valid_i     (load_valid),
    .load_thresholds_i(1'b0),
    .load_b_i         (1'b0),
    .load_a_i         (1'b1),
    .load_last_i      (1'b0),
    .load_tile_last_i (load_last),
    .load_void_i      (load_void),
    .load_addr_i      (job_a_addr_i + load_word),
    .load_step_o      (load_step),
    .store_tile_last_i(1'b1),
    .store_job_last_i (!load_valid && (open_q == TileBits'(1))),
    .store_addr_i     (store_addr_q),
    .store_step_o     (store_step),
    .a_free_i         (1'b0),
    .b_free_i         (1'b0),
    .thresholds_free_i(1'b0),
    .tile_ready_i     (group_ready),
    .req_valid_o,
    .req_ready_i,
    .req_write_o,
    .req_last_o,
    .req_void_o,
    .req_addr_o
  );

  // Registers of the group that sums, of the next store, and of the store that is requested.
  logic [PlaceBits-1:0] sum_q, store_q, request_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q           <= '0;
      {sum_q, store_q} <= '0;
    end else if (start_i) begin
      open_q           <= '0;
      {sum_q, store_q} <= '0;
    end else begin
      open_q <= open_q + TileBits'(load_step && load_last) - TileBits'(store_step);
      if (group_ready) sum_q <= (32'(sum_q) == ResultTiles - 1) ? '0 : sum_q + 1'b1;
      if (store_step) store_q <= (32'(store_q) == ResultTiles - 1) ? '0 : store_q + 1'b1;
    end
  end

  logic [PortBits-1:0] group_q [ResultTiles];
  logic [PortBits-1:0] word;
  assign word = outside ? '0 : rsp_data_i;

  always_ff @(posedge clk_i) begin
    if (rsp_valid_i) group_q[sum_q] <= first ? word : group_q[sum_q] | word;
    if (store_step) request_q <= store_q;
    if (start_i) store_addr_q <= job_r_addr_i;
    else if (store_step) store_addr_q <= store_addr_q + 1'b1;
  end

  assign req_wdata_o = group_q[request_q];

`ifndef SYNTHESIS
  // A register's next group comes only behind the store of the one before.
  StoreHeld_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   req_valid_o && req_write_o && !req_ready_i |=> $stable(req_wdata_o));
`endif

endmodule
