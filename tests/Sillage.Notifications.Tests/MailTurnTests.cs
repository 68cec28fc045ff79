using Shouldly;
using Sillage.Notifications.Mail;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>What follows from what a mail server says, or does not say.</summary>
public sealed class MailTurnTests
{
    [Theory]
    [InlineData("Taken", false, 1, "sent", null)]
    [InlineData("Never", true, 1, "failed", null)]
    [InlineData("NoMailbox", true, 1, "failed", null)]
    [InlineData("NotNow", false, 1, "queued", 1.0)]
    [InlineData("NotNow", false, 2, "queued", 2.0)]
    [InlineData("NotNow", false, 5, "queued", 16.0)]
    [InlineData("NotNow", false, 50, "queued", 60.0)]
    [InlineData("NotReached", false, 9, "queued", 0.25)]
    [InlineData("NotKnown", false, 1, "unknown", null)]
    [InlineData("NotKnown", true, 1, "unknown", 1.0)]
    [InlineData("NotKnown", true, 4, "unknown", 8.0)]
    [InlineData("NotKnown", true, 5, "unknown", null)]
    public void The_next_turn(string end, bool isCritical, long attempts, string state, double? minutes)
    {
        var turn = MailTurn.After(Enum.Parse<MailEnd>(end), isCritical, attempts);
        turn.State.ShouldBe(state);
        turn.Pause?.TotalMinutes.ShouldBe(minutes!.Value);
        turn.Pause.HasValue.ShouldBe(minutes.HasValue);
    }

    [Theory]
    [InlineData("<01935a2e7c4d7a619a5b3c2f1e0d4b58@example.org>", true)]
    [InlineData("01935a2e7c4d7a619a5b3c2f1e0d4b58@example.org", true)]
    [InlineData("<something-else@example.org>", false)]
    [InlineData("", false)]
    public void A_Message_ID_tells_whether_it_is_ours(string id, bool isOurs) =>
        MailMessages.IdOf(id).HasValue.ShouldBe(isOurs);
}
