using Microsoft.Extensions.Options;

namespace Sillage.Gateway.Forwarding;

/// <summary>
/// How many tries more there may be: each request brings a share of one, so that retries are a part of what comes, and never what
/// brings a service down that is only slow. What is saved up is bounded.
/// </summary>
internal sealed class RetryBudget(IOptions<GatewayOptions> options)
{
    private const double Most = 100;

    private readonly Lock _gate = new();
    private readonly double _share = options.Value.RetryShare;
    private double _left = options.Value.RetryShare == 0 ? 0 : Most;

    /// <summary>A request came.</summary>
    public void Earn()
    {
        lock (_gate)
        {
            _left = Math.Min(Most, _left + _share);
        }
    }

    /// <summary>Takes one try.</summary>
    /// <returns>False if there is none.</returns>
    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
