using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Hosting.Limits;

namespace Sillage.Hosting.Authentication.Open;

/// <summary>Holds every reply without a time limit to the account and the credential that it is given for, and to their share of such replies.</summary>
internal sealed class OpenReplies(OpenCallers callers, LongReplyShares shares, TimeProvider clock) : IHeldReplies
{
    private const string Events = "text/event-stream";

    private static readonly Challenge Ended = new(
        "The session or the key has ended, or your rights have changed. Log in again."
    );

    /// <summary>How many changes of accounts were heard of until now; to be taken before a caller is checked.</summary>
    public long Changes => callers.Changes;

    /// <summary>Runs what gives the reply if there is room for one more, and ends it when the caller may no more.</summary>
    public Task RunAsync(HttpContext context, Caller caller, long before, RequestDelegate next) =>
        shares.RunAsync(context, caller, () => HoldAsync(context, caller, before, next));

    private async Task HoldAsync(HttpContext context, Caller caller, long before, RequestDelegate next)
    {
        var client = context.RequestAborted;
        using var reply = new OpenReply(context, caller, clock);
        context.Features.Set(reply.Caller);
        context.RequestAborted = reply.Token;
        callers.Add(reply, before);
        try
        {
            await next(context);
        }
#pragma warning disable CA1031 // Whatever it broke off with: why it did is known.
        catch (Exception) when (reply.IsEnded)
#pragma warning restore CA1031
        {
            // What the client gets is settled below.
        }
        finally
        {
            callers.Remove(reply);
            context.RequestAborted = client;
        }

        if (!reply.IsEnded || client.IsCancellationRequested)
        {
            return;
        }

        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await Ended.ExecuteAsync(context);
        }
        else if (context.Response.ContentType?.StartsWith(Events, StringComparison.Ordinal) is not true)
        {
            // A proper end would make what is there look complete; a stream of events has no other end.
            context.Abort();
        }
    }
}
