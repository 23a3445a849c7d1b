"""The manifest of a trace, trace.json: its entries, and the operations that they stand for."""

from typing import Annotated, Literal

from pydantic import Field

from workloads.encodings import encoding
from workloads.model_file import FileModel
from workloads.operations import Convolution, Feed, MatrixProduct, Pooling, Product, VectorFunction, Window
from workloads.trace import MAX_SIZE

Size = Annotated[int, Field(ge=1, le=MAX_SIZE)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Sides = Annotated[list[Size], Field(min_length=2, max_length=2)]
"""Height and width."""


class TensorModel(FileModel):
    """A tensor's entry; ``data`` names its .npy file."""

    rows: Size
    elements: Size
    encoding: Name
    data: Name | None = None


class ThresholdsModel(FileModel):
    """An entry of thresholds: int64 [channels, 2], the threshold and 1 where the bit is sum <= threshold."""

    channels: Size
    data: Name | None = None


class MatrixProductModel(FileModel):
    """A matrix product; m, k and n follow from its tensors."""

    type: Literal["matrix_product"]
    name: Name
    a: Name
    b: Name
    result: Name
    thresholds: Name | None = None
    count: Size = 1


class WindowModel(FileModel):
    """A window on maps of that size."""

    size: Sides
    kernel: Sides
    stride: Sides = [1, 1]
    padding: Annotated[list[Annotated[int, Field(ge=0, le=MAX_SIZE)]], Field(min_length=2, max_length=2)] = [0, 0]
    dilation: Sides = [1, 1]

    def window(self) -> Window:
        """Return the window."""
        sides = self.size, self.kernel, self.stride, self.padding, self.dilation
        return Window(*((side[0], side[1]) for side in sides))


class ConvolutionModel(FileModel):
    """A convolution of ``count`` maps; channels and filters follow from its tensors."""

    type: Literal["convolution"]
    name: Name
    a: Name
    b: Name
    result: Name
    window: WindowModel
    thresholds: Name | None = None
    count: Size = 1
    feed: Literal["direct", "host"] | None = None


class PoolingModel(FileModel):
    """A pooling of ``count`` maps; channels follow from its tensors."""

    type: Literal["pooling"]
    name: Name
    function: Literal["maximum", "mean"]
    a: Name
    result: Name
    window: WindowModel
    count: Size = 1


ProductModel = MatrixProductModel | ConvolutionModel
OperationModel = ProductModel | PoolingModel


class LabelsModel(FileModel):
    """The true class of each row of a result."""

    tensor: Name
    data: Name


class TraceModel(FileModel):
    """trace.json."""

    schema_version: Literal[1]
    name: Name
    description: str = ""
    sources: list[str] = []
    tensors: dict[Name, TensorModel]
    thresholds: dict[Name, ThresholdsModel] = {}
    operations: Annotated[list[Annotated[OperationModel, Field(discriminator="type")]], Field(min_length=1)]
    labels: LabelsModel | None = None


def operation_of(entry: OperationModel, model: TraceModel) -> Product | Pooling:
    """Return the operation of an entry, with the sizes of its tensors."""
    a = model.tensors[entry.a]
    code = encoding(a.encoding)
    if isinstance(entry, PoolingModel):
        function, window = VectorFunction(entry.function), entry.window.window()
        return Pooling(entry.name, function, entry.a, entry.result, window, a.elements, code, count=entry.count)
    b = model.tensors[entry.b]
    if isinstance(entry, ConvolutionModel):
        return Convolution(
            entry.name, entry.a, entry.b, entry.result, entry.window.window(), a.elements, b.rows,
            code, encoding(b.encoding), feed=None if entry.feed is None else Feed(entry.feed),
            thresholds=entry.thresholds, count=entry.count,
        )  # fmt: skip
    return MatrixProduct(
        entry.name, a.rows, a.elements, b.rows, entry.a, entry.b, entry.result,
        code, encoding(b.encoding), entry.thresholds, entry.count,
        dynamic=any(other.result == entry.b for other in model.operations),
    )  # fmt: skip
