// SPDX-License-Identifier: Apache-2.0
//
// Recorder: write down what the accelerator does at each edge, into recording.txt in the working folder.
//
// Bound into xnorsim_accelerator. A line is what the flip-flops see at one edge; the first line names the
// fields: kind and word of the request in the request register; slot (output stationary) or weight set (weight
// stationary) at the issue port, and the weight set that is preloaded there; the row of a tile that each
// column writes into the result buffer. Of a pooling job: the group that takes a word.
// Parameters: those of xnorsim_accelerator.
// Reference: docs/microarchitecture.md, sections 3 to 5 and 10.

module xnorsim_recorder #(
  parameter int unsigned OrPool = 0,
  parameter int unsigned Dataflow = 0,
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned ResultTiles = 5,
  localparam int unsigned AddressBits = $clog2(ResultTiles * TileRows)
) (
  input logic clk_i
);

  logic unit_end, preload, preload_end;
  logic [Cols-1:0] write;
  logic [Cols-1:0][AddressBits-1:0] address;

  if (Dataflow == 0) begin : gen_output_stationary
    assign unit_end = xnorsim_accelerator.u_core.gen_output_stationary.u_issue.slot_last;
    assign {preload, preload_end} = '0;
    assign write = xnorsim_accelerator.u_core.gen_output_stationary.u_datapath.write;
    assign address = xnorsim_accelerator.u_core.gen_output_stationary.u_datapath.write_address;
  end else begin : gen_weight_stationary
    assign unit_end = xnorsim_accelerator.u_core.gen_weight_stationary.u_issue.pass_end
                      && xnorsim_accelerator.u_core.gen_weight_stationary.u_issue.a_top;
    assign preload = xnorsim_accelerator.u_core.gen_weight_stationary.u_issue.preloading;
    assign preload_end = xnorsim_accelerator.u_core.gen_weight_stationary.u_issue.u_preload.set_end;
    assign write = xnorsim_accelerator.u_core.gen_weight_stationary.u_datapath.write;
    assign address = xnorsim_accelerator.u_core.gen_weight_stationary.u_datapath.write_address;
  end

  logic group_ready, pool_load, pool_store;

  if (OrPool == 1) begin : gen_pool
    assign group_ready = xnorsim_accelerator.gen_pool.u_pool.group_ready;
    assign pool_load   = xnorsim_accelerator.gen_pool.u_pool.load_step;
    assign pool_store  = xnorsim_accelerator.gen_pool.u_pool.store_step;
  end else begin : gen_no_pool
    assign {group_ready, pool_load, pool_store} = '0;
  end

  // What the request register was filled with; units that were read, and the one that is at the issue port.
  byte kind_q = "-";
  int read_q, unit_q, group_q, preload_read_q, preload_unit_q;
  logic preload_q;

  always_ff @(posedge clk_i) begin
    if (xnorsim_accelerator.u_core.u_port.u_request.store_step_o || pool_store) kind_q <= "S";
    else if (pool_load) kind_q <= "A";
    else if (xnorsim_accelerator.u_core.u_port.u_request.load_step_o) begin
      kind_q <= xnorsim_accelerator.u_core.u_port.u_request.load_thresholds_i ? "T"
                : xnorsim_accelerator.u_core.u_port.u_request.load_b_i ? "B" : "A";
    end
    preload_q      <= preload;
    unit_q         <= read_q;
    preload_unit_q <= preload_read_q;
    read_q         <= xnorsim_accelerator.start ? 0 : read_q + 32'(unit_end);
    group_q        <= xnorsim_accelerator.start ? 0 : group_q + 32'(group_ready);
    preload_read_q <= xnorsim_accelerator.start ? 0 : preload_read_q + 32'(preload_end);
  end

  int file;

  initial begin
    file = $fopen("recording.txt", "w");
    $fwrite(file, "start issue gap load valid ready void kind addr last rsp a_free b_free t_free tile_ready ");
    $fwrite(file, "unit preload columns\n");
  end

  always_ff @(posedge clk_i) begin
    $fwrite(file, "%0d %0d %0d %0d ", xnorsim_accelerator.start, xnorsim_accelerator.issue_o,
            xnorsim_accelerator.wait_gap_o, xnorsim_accelerator.wait_load_o);
    $fwrite(file, "%0d %0d %0d %c %0d %0d %0d ", xnorsim_accelerator.req_valid_o,
            xnorsim_accelerator.req_ready_i, xnorsim_accelerator.req_void_o, kind_q,
            xnorsim_accelerator.req_addr_o, xnorsim_accelerator.req_last_o, xnorsim_accelerator.rsp_valid_i);
    $fwrite(file, "%0d %0d %0d %0d ", xnorsim_accelerator.u_core.a_free, xnorsim_accelerator.u_core.b_free,
            xnorsim_accelerator.u_core.thresholds_free,
            xnorsim_accelerator.u_core.tile_ready || group_ready);
    $fwrite(file, "%0d %0d ", xnorsim_accelerator.pool ? group_q : unit_q, preload_q ? preload_unit_q : -1);
    for (int unsigned c = 0; c < Cols; c++) begin
      if (write[c]) $fwrite(file, "%0d.%0d,", 32'(address[c]) / TileRows, 32'(address[c]) % TileRows);
      else $fwrite(file, "-,");
    end
    $fwrite(file, "\n");
  end

endmodule

bind xnorsim_accelerator xnorsim_recorder #(
  .OrPool(OrPool), .Dataflow(Dataflow), .TileRows(TileRows), .Cols(Cols), .ResultTiles(ResultTiles)
) u_recorder (.clk_i);
