// SPDX-License-Identifier: Apache-2.0
//
// Delay the flags of a k word by r cycles for row r: one line with a tap for each row.
//
// Parameters: Rows 1..256. Latency: r cycles for row r, none for row 0.
// Overflow: not applicable, flags pass unchanged.
// Reference: simulator.engine.run_job, rows in z(t).

module xnorsim_flag_skew #(
  parameter int unsigned Rows = 16
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            first_i,
  input  logic            last_i,
  input  logic            tail_i,
  output logic [Rows-1:0] first_o,
  output logic [Rows-1:0] last_o,
  output logic [Rows-1:0] tail_o
);

  assign first_o[0] = first_i;
  assign last_o[0]  = last_i;
  assign tail_o[0]  = tail_i;

  // One line serves all rows, because flags do not depend on a row's validity.
  if (Rows > 1) begin : gen_line
    logic [Rows-1:1] first_q, last_q, tail_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        first_q <= '0;
        last_q  <= '0;
        tail_q  <= '0;
      end else begin
        first_q <= first_o[Rows-2:0];
        last_q  <= last_o[Rows-2:0];
        tail_q  <= tail_o[Rows-2:0];
      end
    end

    assign first_o[Rows-1:1] = first_q;
    assign last_o[Rows-1:1]  = last_q;
    assign tail_o[Rows-1:1]  = tail_q;
  end else begin : gen_wire
    logic unused_clk, unused_rst;
    assign unused_clk = clk_i;
    assign unused_rst = rst_ni;
  end

endmodule
