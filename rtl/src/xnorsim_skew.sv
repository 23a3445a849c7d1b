// SPDX-License-Identifier: Apache-2.0
//
// Delay port p of a vector of words by p cycles, so that words meet on the array's diagonals.
//
// Parameters: Ports 1..256, Lanes 1..1024. Latency: p cycles for port p, none for port 0.
// Overflow: not applicable, words pass unchanged.
// Reference: simulator.engine.run_job, rows and cols in z(t).

module xnorsim_skew #(
  parameter int unsigned Ports = 16,
  parameter int unsigned Lanes = 64
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic [Ports-1:0]            valid_i,
  input  logic [Ports-1:0][Lanes-1:0] word_i,
  output logic [Ports-1:0]            valid_o,
  output logic [Ports-1:0][Lanes-1:0] word_o
);

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    for (genvar s = 0; s <= p; s++) begin : gen_stage
      logic valid;
      logic [Lanes-1:0] word;

      if (s == 0) begin : gen_input
        assign valid = valid_i[p];
        assign word  = word_i[p];
      end else begin : gen_register
        always_ff @(posedge clk_i or negedge rst_ni) begin
          if (!rst_ni) valid <= 1'b0;
          else valid <= gen_port[p].gen_stage[s-1].valid;
        end

        always_ff @(posedge clk_i) begin
          if (gen_port[p].gen_stage[s-1].valid) word <= gen_port[p].gen_stage[s-1].word;
        end

        xnorsim_hold #(.Width(Lanes)) u_hold (
          .clk_i, .rst_ni, .load_i(gen_port[p].gen_stage[s-1].valid), .data_i(word)
        );
      end
    end

    assign valid_o[p] = gen_stage[p].valid;
    assign word_o[p]  = gen_stage[p].word;
  end

  if (Ports == 1) begin : gen_wire
    logic unused_clk, unused_rst;
    assign unused_clk = clk_i;
    assign unused_rst = rst_ni;
  end

endmodule
