using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Identity;
using Sillage.Hosting.Problems;

namespace Sillage.Accounts.Passwords;

/// <summary>
/// Identity's password hasher, run beside the request and by no more threads than there are processors: a flood of
/// logins must not take the machine from those who are logged in.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    private const int LongestQueue = 1000;

    private readonly IPasswordHasher<AccountRow> _hasher;
    private readonly PasswordHasher<AccountRow> _forGenerated;
    private readonly string _nobody;
    private readonly SemaphoreSlim _places = new(Environment.ProcessorCount);
    private int _waiting;

    public PasswordHashing(IPasswordHasher<AccountRow> hasher, IOptions<AccountsOptions> options)
    {
        _hasher = hasher;
        _forGenerated = new PasswordHasher<AccountRow>(
            Options.Create(new PasswordHasherOptions { IterationCount = options.Value.GeneratedPasswordIterations })
        );
        _nobody = hasher.HashPassword(new AccountRow(), RandomNumberGenerator.GetHexString(32));
    }

    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        RunAsync(() => _hasher.HashPassword(new AccountRow(), password), cancellationToken);

    /// <summary>Hashes many generated passwords at once, with fewer rounds, see ADR 0024.</summary>
    public async Task<string[]> HashGeneratedAsync(IReadOnlyList<string> passwords, CancellationToken cancellationToken)
    {
        var hashes = new string[passwords.Count];
        await Parallel.ForAsync(
            0,
            passwords.Count,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = cancellationToken,
            },
            (i, _) =>
            {
                hashes[i] = _forGenerated.HashPassword(new AccountRow(), passwords[i]);
                return ValueTask.CompletedTask;
            }
        );
        return hashes;
    }

    /// <summary>Compares, reading the account only when its turn has come, so that guesses in parallel all see a lock.</summary>
    /// <param name="find">Reads the account; null takes as long as one whose password is wrong.</param>
    /// <param name="password">What was given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<(AccountRow? Account, PasswordVerificationResult Result)> VerifyAsync(
        Func<Task<AccountRow?>> find,
        string password,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            async () =>
            {
                var account = await find();
                var result = _hasher.VerifyHashedPassword(
                    account ?? new AccountRow(),
                    account?.PasswordHash ?? _nobody,
                    password
                );
                return (account, account is null ? PasswordVerificationResult.Failed : result);
            },
            cancellationToken
        );

    public void Dispose() => _places.Dispose();

    private Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        RunAsync(() => Task.FromResult(work()), cancellationToken);

    private async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > LongestQueue)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ProblemException(
                Problem.Unavailable("Too many people log in at this moment. Try again.", TimeSpan.FromSeconds(5))
            );
        }

        try
        {
            await _places.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return await Task.Run(work, cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }
}
