// SPDX-License-Identifier: Apache-2.0
//
// Processing element, weight stationary: multiply the words of A that pass with the weight that stays,
// add to the sum from above. The next weight waits in the shadow.
//
// Parameters: Lanes 1..1024, AccumulatorBits 8..64.
// Latency: 1 cycle from a_i and b_i to a_o and b_o, 2 cycles from a_i to sum_o.
// Overflow: none. Sums are modulo 2^AccumulatorBits, and a job whose result could exceed
//   2^(AccumulatorBits-1) - 1 is refused before it starts.
// Reference: workloads.reference.plane_product, one element of one fold.

module xnorsim_ws_pe #(
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  localparam int unsigned CountBits = $clog2(Lanes + 1)
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,

  // Constants of the job: digits 0 and 1 instead of -1 and +1, lanes of the tail word. Tails are
  // masked where words enter, so that no pair of bits behind a tail matches.
  input  logic                       job_a_unipolar_i,
  input  logic                       job_b_unipolar_i,
  input  logic [CountBits-1:0]       tail_lanes_i,

  // From the left and to the right. A row issues, valid here or not; it is the first on a new weight;
  // its k word here is the last of its tap; the weight of its plane pair.
  input  logic                       issue_i,
  input  logic                       switch_i,
  input  logic                       a_valid_i,
  input  logic [Lanes-1:0]           a_i,
  input  logic                       tail_i,
  input  logic                       negative_i,
  input  logic [3:0]                 shift_i,
  input  logic [CountBits-1:0]       a_ones_i,
  // The B word that arrives is for this row.
  input  logic                       capture_i,
  output logic                       issue_o,
  output logic                       switch_o,
  output logic                       a_valid_o,
  output logic [Lanes-1:0]           a_o,
  output logic                       tail_o,
  output logic                       negative_o,
  output logic [3:0]                 shift_o,
  output logic                       capture_o,

  // From above and downwards.
  input  logic                       b_valid_i,
  input  logic [Lanes-1:0]           b_i,
  input  logic [CountBits-1:0]       b_ones_i,
  output logic                       b_valid_o,
  output logic [Lanes-1:0]           b_o,
  // To the right or downwards, with the unipolar word of a mixed pair.
  output logic [CountBits-1:0]       ones_o,
  input  logic [AccumulatorBits-1:0] sum_i,
  output logic [AccumulatorBits-1:0] sum_o
);

  // One bit more than the count: its double less lanes or ones is signed, -Lanes..Lanes.
  localparam int unsigned ValueBits = CountBits + 1;

  logic issue_q, switch_q, a_valid_q, tail_q, negative_q, capture_q;
  logic b_valid_q, shadow_valid_q, weight_valid_q;
  logic [3:0] shift_q;
  logic [Lanes-1:0] a_q, b_q, shadow_q, weight_q;
  logic [CountBits-1:0] ones_q, shadow_ones_q, weight_ones_q;
  logic [AccumulatorBits-1:0] sum_q;

  logic xnor_product, and_product, mixed_product;
  logic [Lanes-1:0] match;
  logic [CountBits-1:0] count, less;
  logic signed [ValueBits-1:0] value;
  logic [AccumulatorBits-1:0] addend;

  assign xnor_product  = !job_a_unipolar_i && !job_b_unipolar_i;
  assign and_product   = job_a_unipolar_i && job_b_unipolar_i;
  assign mixed_product = job_a_unipolar_i != job_b_unipolar_i;

  assign match = xnor_product ? ~(a_q ^ weight_q) : a_q & weight_q;
  assign less  = mixed_product ? (job_a_unipolar_i ? ones_q : weight_ones_q)
                               : tail_q ? tail_lanes_i : CountBits'(Lanes);

  xnorsim_popcount #(
    .Lanes(Lanes)
  ) u_popcount (
    .word_i (match),
    .count_o(count)
  );

  assign value  = and_product ? {1'b0, count} : {count, 1'b0} - {1'b0, less};
  assign addend = (a_valid_q && weight_valid_q) ? AccumulatorBits'(value) << shift_q : '0;

  if (ValueBits > AccumulatorBits) begin : gen_narrow
    logic unused_sign;
    assign unused_sign = ^value;
  end

  // The word that a capture takes may come at the edge that empties the shadow into the weight.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {issue_q, switch_q, a_valid_q, tail_q, capture_q} <= '0;
      {b_valid_q, shadow_valid_q, weight_valid_q}       <= '0;
    end else begin
      issue_q   <= issue_i;
      switch_q  <= switch_i;
      a_valid_q <= a_valid_i;
      tail_q    <= tail_i;
      capture_q <= capture_i;
      b_valid_q <= b_valid_i;
      if (capture_i) shadow_valid_q <= b_valid_i;
      else if (switch_i) shadow_valid_q <= 1'b0;
      if (switch_i) weight_valid_q <= shadow_valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (a_valid_i) a_q <= a_i;
    if (issue_i) begin
      negative_q <= negative_i;
      shift_q    <= shift_i;
    end
    if (b_valid_i) b_q <= b_i;
    if (mixed_product && (job_a_unipolar_i ? a_valid_i : b_valid_i)) begin
      ones_q <= job_a_unipolar_i ? a_ones_i : b_ones_i;
    end
    if (capture_i && b_valid_i) begin
      shadow_q <= b_i;
      if (mixed_product && job_b_unipolar_i) shadow_ones_q <= b_ones_i;
    end
    if (switch_i && shadow_valid_q) begin
      weight_q <= shadow_q;
      if (mixed_product && job_b_unipolar_i) weight_ones_q <= shadow_ones_q;
    end
    if (issue_q) sum_q <= negative_q ? sum_i - addend : sum_i + addend;
  end

  assign issue_o    = issue_q;
  assign switch_o   = switch_q;
  assign a_valid_o  = a_valid_q;
  assign a_o        = a_q;
  assign tail_o     = tail_q;
  assign negative_o = negative_q;
  assign shift_o    = shift_q;
  assign capture_o  = capture_q;
  assign b_valid_o  = b_valid_q;
  assign b_o        = b_q;
  assign ones_o     = ones_q;
  assign sum_o      = sum_q;

`ifndef SYNTHESIS
  // Data registers hold while nothing valid comes: that is what switching is counted by.
  HoldA_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) !a_valid_i |=> $stable(a_q));
  HoldB_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) !b_valid_i |=> $stable(b_q));
  HoldFlags_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !issue_i |=> $stable({negative_q, shift_q}));
  HoldOnes_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !(mixed_product && (job_a_unipolar_i ? a_valid_i : b_valid_i)) |=> $stable(ones_q));
  HoldShadow_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !(capture_i && b_valid_i) |=> $stable({shadow_q, shadow_ones_q}));
  HoldWeight_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !(switch_i && shadow_valid_q) |=> $stable({weight_q, weight_ones_q}));
  HoldWeightOnes_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !(mixed_product && job_b_unipolar_i) |=> $stable({shadow_ones_q, weight_ones_q}));
  HoldSum_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) !issue_q |=> $stable(sum_q));
`endif

endmodule
