"""Runs in the oracle's own environment: solves the cases on standard input by pandapower.

It shares no code with the head-end: a case is plain numbers of one grid, a source voltage and the loads of its busbars.
"""

import json
import sys
from typing import Any

import pandapower as pp


def solution(case: dict[str, Any]) -> dict[str, Any]:
    """Voltages in pu, and W and var out of the transformer."""
    net = pp.create_empty_network(f_hz=50.0)
    medium = pp.create_bus(net, vn_kv=20.0)
    buses = [pp.create_bus(net, vn_kv=0.4) for _ in case["loads"]]
    pp.create_ext_grid(net, medium, vm_pu=case["source_pu"])
    unit = case["transformer"]
    pp.create_transformer_from_parameters(
        net,
        medium,
        buses[case["substation_bus"]],
        sn_mva=unit["rated_kva"] / 1000.0,
        vn_hv_kv=20.0,
        vn_lv_kv=unit["secondary_kv"],
        vkr_percent=unit["copper_loss_kw"] / unit["rated_kva"] * 100.0,
        vk_percent=unit["impedance_percent"],
        pfe_kw=unit["iron_loss_kw"],
        i0_percent=unit["no_load_current_percent"],
        shift_degree=150.0,
    )
    for cable in case["cables"]:
        pp.create_line_from_parameters(
            net,
            buses[cable["from_bus"]],
            buses[cable["to_bus"]],
            length_km=cable["length_km"],
            r_ohm_per_km=cable["ohm_per_km"][0],
            x_ohm_per_km=cable["ohm_per_km"][1],
            c_nf_per_km=cable["microsiemens_per_km"] / (2 * 3.141592653589793 * 50.0) * 1000.0,
            max_i_ka=cable["ampere_max"] / 1000.0,
        )
    for bus, (active, reactive) in zip(buses, case["loads"], strict=True):
        pp.create_load(net, bus, p_mw=active / 1e6, q_mvar=reactive / 1e6)
    pp.runpp(net, tolerance_mva=1e-9, numba=False, init="dc", calculate_voltage_angles=True)
    transformer = net.res_trafo.iloc[0]
    return {
        "voltage_pu": net.res_bus.vm_pu.to_numpy()[buses].tolist(),
        "active_w": -transformer.p_lv_mw * 1e6,
        "reactive_var": -transformer.q_lv_mvar * 1e6,
    }


json.dump([solution(case) for case in json.load(sys.stdin)], sys.stdout)
