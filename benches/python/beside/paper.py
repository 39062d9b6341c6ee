"""Cores, days and cost of many hours of footage, reckoned from measured figures."""

from .page import digits, table

FPS, CLIP = 30, 16
HOURS = [(128, "UCF-Crime, 128 h"), (10**4, "10⁴ camera-hours"), (10**6, "10⁶ camera-hours")]


def stages(bench, assumed, net, hours):
    """Core-hours of each stage."""
    frames = hours * 3600 * FPS
    clips, cores = frames / CLIP, bench["cores"]
    ms = 1 / 3.6e6
    return {
        "decoding": frames * bench["decode_ms_a_frame"] * ms,
        net: clips * bench["networks_ms_a_clip"][net] * cores * ms,
        "training": assumed["epochs"] * clips * bench["train_ms_a_segment"] * cores * ms,
        "evaluation": frames / 1e6 * bench["auc_ms_a_million"] * cores * ms,
    }


def estimate(found):
    bench, assumed = found["bench"], found["assumed"]
    speedup = assumed["gpu_speedup"]
    lines = []
    for hours, name in HOURS:
        for net in bench["networks_ms_a_clip"]:
            parts = stages(bench, assumed, net, hours)
            total = sum(parts.values())
            most = max(parts, key=parts.get)
            gpu = "not measured"
            if speedup:
                # The network and training on the GPU; decoding stays on cores.
                gpu_hours = (parts[net] + parts["training"]) / bench["cores"] / speedup
                cost = gpu_hours * assumed["gpu_hour"] + (parts["decoding"] + parts["evaluation"]) * assumed["core_hour"]
                gpu = f"{digits(gpu_hours)} GPU-hours, ${cost:,.0f} (assumed, not measured)"
            lines.append([
                name, net, f"{total:,.0f}", digits(total / 24), digits(total / 24 / 32), f"${total * assumed['core_hour']:,.2f}",
                f"{most}, {100 * parts[most] / total:.0f} %", gpu,
            ])
    header = ["footage", "network", "core-hours", "days on 1 core", "days on 32 cores", "CPU cost", "bottleneck", "GPU cost"]
    note = (
        f"Estimated, not measured: {FPS} frames per second, clips of {CLIP} frames and one crop of each (`gcl extract` uses ten for i3d-resnet50), {assumed['epochs']} epochs over all segments, 2048 dimensions, cores as here, "
        f"assuming perfect scaling, times of `gcl bench` on this machine ({bench['cores']} cores, decoding 320 × 240). A core-hour is assumed "
        f"to cost ${assumed['core_hour']:.2f}"
    )
    if speedup:
        note += f", a GPU-hour ${assumed['gpu_hour']:.2f}, and a GPU to do the work of {speedup:g} such machines: no GPU was measured"
    else:
        note += "; no GPU was measured, so there is no estimate for one"
    return "### Estimates for large collections\n\n" + table(header, lines) + "\n" + note + ".\n"
