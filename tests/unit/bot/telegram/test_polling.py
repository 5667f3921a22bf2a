from bot.telegram.polling import ServerClock


class Monotonic:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_the_time_is_the_servers_and_goes_on_between_answers() -> None:
    monotonic = Monotonic()
    clock = ServerClock(lambda: 1_000_000, monotonic)
    clock.note("Tue, 14 Nov 2023 22:13:20 GMT")
    monotonic.now += 7
    assert clock.now() == 1_700_000_007


def test_without_a_servers_date_it_is_the_wall_clock() -> None:
    clock = ServerClock(lambda: 1_000_000)
    assert clock.now() == 1_000
    clock.note("yesterday")
    assert clock.now() == 1_000


def test_an_answer_without_a_date_changes_nothing() -> None:
    monotonic = Monotonic()
    clock = ServerClock(lambda: 0, monotonic)
    clock.note("Tue, 14 Nov 2023 22:13:20 GMT")
    clock.note(None)
    assert clock.now() == 1_700_000_000
