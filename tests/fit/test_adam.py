"""Adam in one cycle is torch's, and it leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from discern.fit.adam import Adam, one_cycle

STEPS, RATE = 60, 4e-3


def test_it_moves_weights_as_torch_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))  # torch's class makes a folder for compiled code
    torch.manual_seed(0)
    x, y = torch.randn(32, 5), torch.randn(32, 3)
    nets = [torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3)) for _ in range(2)]
    nets[1].load_state_dict(nets[0].state_dict())
    own = Adam(list(nets[0].parameters()), RATE, STEPS)
    theirs = torch.optim.Adam(nets[1].parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(theirs, RATE, total_steps=STEPS, pct_start=0.2)
    for step in range(STEPS):
        group = theirs.param_groups[0]
        assert one_cycle(step, STEPS, RATE) == pytest.approx((group["lr"], group["betas"][0]), rel=1e-12)
        for net in nets:
            net.zero_grad()
            ((net(x) - y) ** 2).mean().backward()
        own.step()
        theirs.step()
        schedule.step()
    for one, other in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-8)


def test_learning_leaves_no_folder_of_compiled_code(tmp_path: Path) -> None:
    program = (
        "import torch; from discern.fit.adam import Adam; p = torch.nn.Parameter(torch.ones(3)); "
        "p.grad = torch.ones(3); Adam([p], 0.1, 50).step(); assert float(p[0]) < 1"
    )
    environment = {name: value for name, value in os.environ.items() if name != "TORCHINDUCTOR_CACHE_DIR"}
    subprocess.run([sys.executable, "-c", program], check=True, env={**environment, "TMPDIR": str(tmp_path)})
    assert not list(tmp_path.iterdir())
