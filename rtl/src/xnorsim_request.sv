// SPDX-License-Identifier: Apache-2.0
//
// Request side of the port: send the job's loads and stores in their fixed order, one a cycle.
//
// The loads of tile t are followed by the store of tile t - (ResultTiles - 1), then the rest of the stores.
// Parameters: ResultTiles 2..8, AddrBits 1..64.
// Latency: a request that may go at an edge is in the register behind it, accepted at the next edge
//   at the earliest; the register is filled again at the edge that empties it.
// Overflow: none. Free halves <= 2, tiles between load and store <= ResultTiles.
// Reference: simulator.engine.run_job, x(i).

module xnorsim_request #(
  parameter int unsigned ResultTiles = 5,
  parameter int unsigned AddrBits = 32
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                start_i,

  // The next load word and the next store word of the job.
  input  logic                load_valid_i,
  input  logic                load_thresholds_i,
  input  logic                load_b_i,
  input  logic                load_a_i,
  input  logic                load_last_i,
  input  logic                load_tile_last_i,
  input  logic                load_void_i,
  input  logic [AddrBits-1:0] load_addr_i,
  output logic                load_step_o,
  input  logic                store_tile_last_i,
  input  logic                store_job_last_i,
  input  logic [AddrBits-1:0] store_addr_i,
  output logic                store_step_o,

  // Credits: a half has been read for the last time, a tile is in the result buffer.
  input  logic                a_free_i,
  input  logic                b_free_i,
  input  logic                thresholds_free_i,
  input  logic                tile_ready_i,

  output logic                req_valid_o,
  input  logic                req_ready_i,
  output logic                req_write_o,
  output logic                req_last_o,
  // Nothing moves: a load of what lies outside of a map.
  output logic                req_void_o,
  output logic [AddrBits-1:0] req_addr_o
);

  localparam int unsigned TileBits = $clog2(ResultTiles + 1);

  logic [1:0] a_free_q, b_free_q, thresholds_free_q;
  logic [TileBits-1:0] loaded_q, ready_q;
  logic valid_q, write_q, last_q, void_q;
  logic [AddrBits-1:0] addr_q;

  logic open, store_turn, load_free, load_end, load_tile_end, store_tile_end;
  assign open           = !valid_q || req_ready_i;
  assign store_turn     = !load_valid_i || (loaded_q == TileBits'(ResultTiles));
  assign load_free      = (load_thresholds_i && (thresholds_free_q != '0))
                          || (load_b_i && (b_free_q != '0)) || (load_a_i && (a_free_q != '0));
  assign load_step_o    = open && !store_turn && load_free;
  assign store_step_o   = open && store_turn && (ready_q != '0);
  assign load_end       = load_step_o && load_last_i;
  assign load_tile_end  = load_step_o && load_tile_last_i;
  assign store_tile_end = store_step_o && store_tile_last_i;

  // A half or a tile is given up with its last word: until then nobody else asks for it.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      a_free_q          <= '0;
      b_free_q          <= '0;
      thresholds_free_q <= '0;
      loaded_q          <= '0;
      ready_q           <= '0;
    end else if (start_i) begin
      a_free_q          <= 2'd2;
      b_free_q          <= 2'd2;
      thresholds_free_q <= 2'd2;
      loaded_q          <= '0;
      ready_q           <= '0;
    end else begin
      a_free_q          <= a_free_q + 2'(a_free_i) - 2'(load_end && load_a_i);
      b_free_q          <= b_free_q + 2'(b_free_i) - 2'(load_end && load_b_i);
      thresholds_free_q <= thresholds_free_q + 2'(thresholds_free_i)
                           - 2'(load_end && load_thresholds_i);
      loaded_q          <= loaded_q + TileBits'(load_tile_end) - TileBits'(store_tile_end);
      ready_q           <= ready_q + TileBits'(tile_ready_i) - TileBits'(store_tile_end);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (open) valid_q <= load_step_o || store_step_o;
  end

  always_ff @(posedge clk_i) begin
    if (load_step_o || store_step_o) begin
      write_q <= store_step_o;
      last_q  <= store_step_o && store_job_last_i;
      void_q  <= load_step_o && load_void_i;
      addr_q  <= store_step_o ? store_addr_i : load_addr_i;
    end
  end

  assign req_valid_o = valid_q;
  assign req_write_o = write_q;
  assign req_last_o  = last_q;
  assign req_void_o  = void_q;
  assign req_addr_o  = addr_q;

`ifndef SYNTHESIS
  FreeHalves_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   (a_free_q <= 2) && (b_free_q <= 2) && (thresholds_free_q <= 2));
  RequestHeld_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   req_valid_o && !req_ready_i |=> req_valid_o && $stable(req_addr_o));
`endif

endmodule
