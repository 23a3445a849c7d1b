// SPDX-License-Identifier: Apache-2.0
//
// Walk the store words of a job: the results of each tile, row by row, port words upwards.
//
// Parameters: Dataflow 0 or 1, TileRows >= 1 (rows of an m tile and of a place), Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64, PortBits a power of two
//   8..4096, ResultTiles 2..8, DimBits 1..30, AddrBits 1..64, OffsetBits: any word of a segment fits.
// Latency: 1 cycle from start_i or step_i to the next word; no cycle is lost between tiles.
// Overflow: none if the result lies within 2^AddrBits port words; positions: xnorsim_store_segment.
// Reference: simulator.engine.run_job, the order of the requests.

module xnorsim_store_walker #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ResultTiles = 5,
  parameter int unsigned DimBits = 20,
  parameter int unsigned AddrBits = 32,
  parameter int unsigned OffsetBits = 4,
  localparam int unsigned PortShift = $clog2(PortBits),
  localparam int unsigned ColCountBits = $clog2(Cols + 1),
  localparam int unsigned LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned BufferBits = $clog2(ResultTiles * TileRows)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    start_i,
  input  logic [DimBits-1:0]      job_m_i,
  input  logic [DimBits-1:0]      job_n_i,
  input  logic [DimBits-1:0]      job_n_words_i,
  input  logic [RowCountBits-1:0] job_tile_rows_i,
  input  logic                    job_thresholds_i,
  input  logic [AddrBits-1:0]     job_r_addr_i,

  input  logic                    step_i,

  output logic [AddrBits-1:0]     addr_o,
  // Row of the result buffer, valid columns of the tile.
  output logic [BufferBits-1:0]   buffer_address_o,
  output logic [ColCountBits-1:0] cols_o,
  // The tile's first channel, and the same as k word and lane of packed bits.
  output logic [DimBits-1:0]      n0_o,
  output logic [DimBits-1:0]      n0_word_o,
  output logic [LaneBits-1:0]     n0_lane_o,
  // Port word in the segment; first and last bit of the segment, in its first and last port word.
  output logic [OffsetBits-1:0]   offset_o,
  output logic                    segment_first_o,
  output logic                    segment_last_o,
  output logic [PortShift-1:0]    first_bit_o,
  output logic [PortShift-1:0]    last_bit_o,
  output logic                    tile_last_o,
  output logic                    job_last_o
);

  localparam int unsigned PosBits = DimBits + 13;
  localparam int unsigned LastPlace = (ResultTiles - 1) * TileRows;

  logic [RowCountBits-1:0] rows, row_q;
  logic [PosBits-1:0] begin_bit, last_bit, begin_word, last_word;
  logic [AddrBits-1:0] stride;
  logic m_last, n_last, m_step, n_step, tile_step, unused_valid, unused_m_first;

  assign tile_step = step_i && tile_last_o;

  xnorsim_tile_loop #(
    .Dataflow(Dataflow), .TileRows(TileRows), .Cols(Cols), .DimBits(DimBits)
  ) u_tiles (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_tile_rows_i,
    .step_i   (tile_step),
    .valid_o  (unused_valid),
    .n0_o,
    .rows_o   (rows),
    .cols_o,
    .m_first_o(unused_m_first),
    .m_last_o (m_last),
    .n_last_o (n_last),
    .m_step_o (m_step),
    .n_step_o (n_step)
  );

  xnorsim_store_segment #(
    .Cols           (Cols),
    .Lanes          (Lanes),
    .AccumulatorBits(AccumulatorBits),
    .PortBits       (PortBits),
    .DimBits        (DimBits),
    .AddrBits       (AddrBits)
  ) u_segment (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_n_i,
    .job_n_words_i,
    .job_thresholds_i,
    .step_i     (tile_step && n_step),
    .n0_i       (n0_o),
    .n_last_i   (n_last),
    .n0_word_o,
    .n0_lane_o,
    .begin_bit_o(begin_bit),
    .last_bit_o (last_bit),
    .stride_o   (stride)
  );

  assign begin_word = begin_bit >> PortShift;
  assign last_word  = last_bit >> PortShift;

  logic [OffsetBits-1:0] offset_q;
  logic [BufferBits-1:0] place_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row_q    <= '0;
      offset_q <= '0;
      place_q  <= '0;
    end else if (start_i) begin
      row_q    <= '0;
      offset_q <= '0;
      place_q  <= '0;
    end else if (step_i) begin
      offset_q <= segment_last_o ? '0 : offset_q + 1'b1;
      if (segment_last_o) row_q <= tile_last_o ? '0 : row_q + 1'b1;
      if (tile_last_o) begin
        place_q <= (place_q == BufferBits'(LastPlace)) ? '0 : place_q + BufferBits'(TileRows);
      end
    end
  end

  // First row of the m tile in the result, and the way from there to the current row.
  logic [AddrBits-1:0] tile_q, row_addr_q;

  always_ff @(posedge clk_i) begin
    if (start_i) tile_q <= job_r_addr_i;
    else if (tile_step && m_step) begin
      tile_q <= m_last ? job_r_addr_i : tile_q + AddrBits'(job_tile_rows_i) * stride;
    end

    if (start_i || tile_step) row_addr_q <= '0;
    else if (step_i && segment_last_o) row_addr_q <= row_addr_q + stride;
  end

  assign addr_o           = tile_q + row_addr_q + AddrBits'(begin_word) + AddrBits'(offset_q);
  assign buffer_address_o = place_q + BufferBits'(row_q);
  assign offset_o         = offset_q;
  assign segment_first_o  = offset_q == '0;
  assign segment_last_o   = offset_q == OffsetBits'(last_word - begin_word);
  assign first_bit_o      = PortShift'(begin_bit);
  assign last_bit_o       = PortShift'(last_bit);
  assign tile_last_o      = segment_last_o && (32'(row_q) + 1 == 32'(rows));
  assign job_last_o       = tile_last_o && m_last && n_last;

endmodule
