using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Problems;

namespace Sillage.Hosting.Limits;

/// <summary>
/// How many replies that go on for long an account and a network have at once: streams, which go on by their nature, and exports, which
/// go on for as long as their reader likes and hold buffers meanwhile.
/// </summary>
internal sealed class LongReplyShares(IOptions<LimitsOptions> options)
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(10);

    private readonly Kind _streams = new("streams", nameof(LimitsOptions.Streams), options.Value.Streams);
    private readonly Kind _exports = new("exports", nameof(LimitsOptions.Exports), options.Value.Exports);

    /// <summary>Runs what gives the reply, if the caller and the network that he is in have room for one more.</summary>
    public async Task RunAsync(HttpContext context, Caller caller, Func<Task> reply)
    {
        var kind = IsStream(context.GetEndpoint()?.Metadata) ? _streams : _exports;
        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        if (!kind.Accounts.TryTake(caller.Id))
        {
            await kind.TooMany("Your account has", kind.Accounts.Most, "PerAccount").ExecuteAsync(context);
            return;
        }

        try
        {
            if (!kind.Addresses.TryTake(address))
            {
                await kind.TooMany("Your network has", kind.Addresses.Most, "PerAddress").ExecuteAsync(context);
                return;
            }

            try
            {
                await reply();
            }
            finally
            {
                kind.Addresses.GiveBack(address);
            }
        }
        finally
        {
            kind.Accounts.GiveBack(caller.Id);
        }
    }

    private static bool IsStream(EndpointMetadataCollection? metadata) =>
        metadata
            ?.GetOrderedMetadata<IProducesResponseTypeMetadata>()
            .Any(reply => reply.ContentTypes.Contains("text/event-stream")) == true;

    private sealed class Kind(string name, string setting, ShareOptions share)
    {
        public Shares<Guid> Accounts { get; } = new(share.PerAccount);

        public Shares<AddressKey> Addresses { get; } = new(share.PerAddress);

        public Problem TooMany(string whose, int most, string of) =>
            Problem.TooManyRequests(
                $"{whose} {most} {name} open, which is the most (Limits:{setting}:{of}). Read one to its end or close it, then try again.",
                ComeBack
            );
    }
}
