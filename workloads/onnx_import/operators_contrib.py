"""ONNX Runtime's own operators (domain com.microsoft)."""

from __future__ import annotations

from dataclasses import replace

from workloads.onnx_import.element_types import INT32
from workloads.onnx_import.operators_matrix import convolution, gemm, matrix_product
from workloads.onnx_import.operators_movement import move
from workloads.onnx_import.operators_pointwise import activation, softmax_steps
from workloads.onnx_import.operators_pooling import global_pooling
from workloads.onnx_import.operators_recurrent import recurrent
from workloads.onnx_import.translation import Application, Step, Translation, Translator, pointwise, single
from workloads.onnx_import.value import Value
from workloads.operators import Activation, MatMul, Normalisation, OperatorKind

_FUSED_ACTIVATIONS = {
    "Relu": "relu",
    "LeakyRelu": "leaky_relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Clip": "clip",
    "HardSigmoid": "hardsigmoid",
}


def _then_activation(application: Application, make: Translator) -> Translation:
    """Return what ``make`` gives, followed by the activation that the node's attributes name, if any."""
    name = application.node.text("activation", "")
    if not name:
        return make(application)
    if name not in _FUSED_ACTIVATIONS:
        raise application.node.unsupported(f"its activation {name!r} is none of {', '.join(_FUSED_ACTIVATIONS)}")
    output = application.output
    inner = application.between("before_activation", output.shape, output)
    steps = make(replace(application, outputs=(inner, *application.outputs[1:])))
    if not isinstance(steps, tuple):
        raise application.node.error("its result before the activation is no operator")
    work = Activation(function=_FUSED_ACTIVATIONS[name])
    return (*steps, Step(work=work, inputs=(inner,), outputs=(output,), suffix="activation"))


def _fused_conv(application: Application) -> Translation:
    if application.optional(3) is not None:
        raise application.node.unsupported("it adds a second tensor (input Z)")

    def make(inner: Application) -> Translation:
        return convolution(inner.node, inner.input(0), inner.input(1), inner.given(2), inner.output)

    return _then_activation(application, make)


def _fused_gemm(application: Application) -> Translation:
    def make(inner: Application) -> Translation:
        return gemm(inner.node, inner.input(0), inner.input(1), inner.given(2), inner.output)

    return _then_activation(application, make)


def _fused_matmul(application: Application) -> Translation:
    node = application.node
    if node.integer("transA", 0) or node.integer("transBatchA", 0) or node.integer("transBatchB", 0):
        raise node.unsupported("its first operand or its batch axes are transposed")
    work = MatMul(transpose_b=bool(node.integer("transB", 0)))
    return single(work, (application.input(0), application.input(1)), application.output)


def _quantised_gemm(application: Application) -> Translation:
    """Inputs: a, its scale and zero point, b, scale, zero point, bias."""
    bias = application.given(6)
    return gemm(application.node, application.input(0), application.input(3), bias, application.output)


def _blocked_matmul(application: Application) -> Translation:
    """Weights of ``bits`` bits in blocks along K; the file packs them into bytes as (N, blocks, bytes)."""
    node, a, packed = application.node, application.input(0), application.input(1)
    n, k, bits = node.integer("N", 0), node.integer("K", 0), node.integer("bits", 4)
    from onnx import TensorProto

    types = {2: "UINT2", 4: "UINT4", 8: "UINT8"}
    if bits not in types or types[bits] not in TensorProto.DataType.keys():  # noqa: SIM118 - an enum wrapper
        raise node.unsupported(f"weights of {bits} bits, expected 2, 4 or 8")
    stored = int(TensorProto.DataType.Value(types[bits]))
    origins = frozenset(origin._replace(num_elements=n * k) for origin in packed.origins)
    w = replace(packed, shape=(n, k), stored_type=stored, element_type=stored, data=None, origins=origins)
    bias = application.given(5)
    return single(MatMul(transpose_b=True), (a, w, *bias), application.output)


def _dynamic_matmul(bias_index: int) -> Translator:
    """An integer product with its quantiser and its rescaling, in one node."""

    def translate(application: Application) -> Translation:
        node, a, b, output = application.node, application.input(0), application.input(1), application.output
        steps: list[Step] = []
        if node.op_type == "DynamicQuantizeMatMul":
            narrow = replace(application.between("quantised", a.shape, a), stored_type=b.stored_type)
            work = Normalisation(function="dynamic_quantise", axes=tuple(range(a.rank)))
            steps.append(Step(work=work, inputs=(a,), outputs=(narrow,), suffix="quantise"))
            a = narrow
        total = replace(application.between("product", output.shape, output), stored_type=INT32)
        product = matrix_product(node, a, b, total)
        if not isinstance(product, tuple):
            raise node.error("its product is no operator")
        bias = application.given(bias_index)
        target = application.between("scaled", output.shape, output) if bias else output
        scaled = Step(work=Activation(function="dequantise"), inputs=(total,), outputs=(target,), suffix="scale")
        steps.extend((*product, scaled))
        if bias:
            steps.append(pointwise("add", (target, *bias), output, "bias"))
        return tuple(steps)

    return translate


def _quantised_lstm(application: Application) -> Translation:
    """Weights are stored (D, I, 4H) and (D, H, 4H); seen as (D, 4H, I) here, which holds the same elements."""
    x, w, r = application.input(0), _turned(application.input(1)), _turned(application.input(2))
    others = application.given(3, 4, 5, 6, 7)
    return recurrent(application.node, 4, (x, w, r, *others), application.used_outputs)


def _turned(value: Value) -> Value:
    if value.rank != 3:
        return value
    return replace(value, shape=(value.shape[0], value.shape[2], value.shape[1]), data=None)


def _quantised_pair(function: str) -> Translator:
    """Inputs: a, its scale and zero point, b, scale, zero point, and those of the output."""

    def translate(application: Application) -> Translation:
        return (pointwise(function, (application.input(0), application.input(3)), application.output),)

    return translate


def _quantised_concat(application: Application) -> Translation:
    parts = tuple(value for value in application.inputs[2::3] if value is not None)
    return move(OperatorKind.CONCAT, "", parts, application.output)


def _quantised_global_pool(application: Application) -> Translation:
    return global_pooling(application.node, "average", application.input(0), application.output)


def _activation(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        return activation(function, application.input(0), application.output)

    return translate


def _quantised_softmax(application: Application) -> Translation:
    return softmax_steps(application, application.input(0), application.output)


def _biased_gelu(application: Application) -> Translation:
    x, bias, output = application.input(0), application.optional(1), application.output
    if bias is None:
        return activation("gelu", x, output)
    biased = application.between("biased", x.shape, x)
    gelu = Step(work=Activation(function="gelu"), inputs=(biased,), outputs=(output,), suffix="gelu")
    return (pointwise("add", (x, bias), biased, "bias"), gelu)


def _skip_normalisation(function: str, num_tables: int) -> Translator:
    """The sum of input and skip (and bias), then normalisation of its last axis."""

    def translate(application: Application) -> Translation:
        x, skip, output = application.input(0), application.input(1), application.output
        tables = application.given(*range(2, 2 + num_tables))
        bias = application.given(2 + num_tables)
        given = application.outputs[3] if len(application.outputs) > 3 else None
        total = given or application.between("sum", x.shape, x)
        work = Normalisation(function=function, axes=(x.rank - 1,))
        added = pointwise("add", (x, skip, *bias), total, "sum")
        return (added, Step(work=work, inputs=(total, *tables), outputs=(output,)))

    return translate


TABLE: dict[str, Translator] = {
    "FusedConv": _fused_conv,
    "FusedGemm": _fused_gemm,
    "FusedMatMul": _fused_matmul,
    "QGemm": _quantised_gemm,
    "MatMulNBits": _blocked_matmul,
    "DynamicQuantizeMatMul": _dynamic_matmul(4),
    "MatMulIntegerToFloat": _dynamic_matmul(6),
    "DynamicQuantizeLSTM": _quantised_lstm,
    "QLinearAdd": _quantised_pair("add"),
    "QLinearMul": _quantised_pair("mul"),
    "QLinearConcat": _quantised_concat,
    "QLinearGlobalAveragePool": _quantised_global_pool,
    "QLinearSigmoid": _activation("sigmoid"),
    "QLinearLeakyRelu": _activation("leaky_relu"),
    "QLinearSoftmax": _quantised_softmax,
    "Gelu": _activation("gelu"),
    "FastGelu": _biased_gelu,
    "BiasGelu": _biased_gelu,
    "QuickGelu": _activation("gelu"),
    "SkipLayerNormalization": _skip_normalisation("layer_normalisation", 2),
    "SkipSimplifiedLayerNormalization": _skip_normalisation("rms_normalisation", 1),
}
