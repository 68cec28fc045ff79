using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Accounts.Passwords;

/// <summary>
/// Identity's password hasher, run beside the request and by no more threads than there are processors: a flood of
/// logins must not take the machine from those who are logged in, nor the logins of one network those of others.
/// </summary>
internal sealed class PasswordHashing
{
    private const int LongestLine = 1000;

    // A class that logs in at once behind one address passes.
    private const int ShareOfNetwork = 250;
    private const int RoundsAt = 5;
    private const int SaltLength = 16;
    private const int KeyLength = 32;
    private const int LongestHash = 256;

    private readonly IPasswordHasher<AccountRow> _hasher;
    private readonly PasswordHasher<AccountRow> _forGenerated;
    private readonly string _nobody;
    private readonly HashingLine _line = new(Environment.ProcessorCount, LongestLine, ShareOfNetwork);
    private int _dearest;

    public PasswordHashing(IPasswordHasher<AccountRow> hasher, IOptions<AccountsOptions> options)
    {
        _hasher = hasher;
        _forGenerated = new PasswordHasher<AccountRow>(
            Options.Create(new PasswordHasherOptions { IterationCount = options.Value.GeneratedPasswordIterations })
        );
        _nobody = hasher.HashPassword(new AccountRow(), RandomNumberGenerator.GetHexString(32));
        _dearest = RoundsOf(_nobody);
    }

    /// <summary>Hashes a password to be kept; null for <paramref name="from"/> where it is not a stranger who asks.</summary>
    public Task<string> HashAsync(string password, IPAddress? from, CancellationToken ct) =>
        RunAsync(from, () => Task.FromResult(_hasher.HashPassword(new AccountRow(), password)), ct);

    /// <summary>Hashes many generated passwords at once, with fewer rounds, see ADR 0024.</summary>
    public async Task<string[]> HashGeneratedAsync(IReadOnlyList<string> passwords, CancellationToken ct)
    {
        var hashes = new string[passwords.Count];
        await Parallel.ForAsync(
            0,
            passwords.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            (i, _) =>
            {
                hashes[i] = _forGenerated.HashPassword(new AccountRow(), passwords[i]);
                return ValueTask.CompletedTask;
            }
        );
        return hashes;
    }

    /// <summary>Compares, reading the account only when its turn has come, so that guesses in parallel all see a lock.</summary>
    /// <param name="find">Reads the account; null, or one that is disabled, takes as long as one whose password is wrong.</param>
    /// <param name="password">What was given.</param>
    /// <param name="from">The address that it came from.</param>
    /// <param name="ct">Ends the wait: for somebody who has gone nothing is computed.</param>
    public Task<(AccountRow? Account, PasswordVerificationResult Result)> VerifyAsync(
        Func<Task<AccountRow?>> find,
        string password,
        IPAddress? from,
        CancellationToken ct
    ) =>
        RunAsync(
            from,
            async () =>
            {
                var account = await find();
                var stored = account?.PasswordHash ?? _nobody;
                var result = _hasher.VerifyHashedPassword(account ?? new AccountRow(), stored, password);
                if (account is not { Disabled: false } || result == PasswordVerificationResult.Failed)
                {
                    MakeUp(RoundsOf(stored), password);
                }

                return (account, account is null ? PasswordVerificationResult.Failed : result);
            },
            ct
        );

    // A failure costs as many rounds as the dearest hash that was met, so that its time tells nothing of the account.
    private void MakeUp(int rounds, string password)
    {
        var dearest = Volatile.Read(ref _dearest);
        if (rounds > dearest)
        {
            Interlocked.CompareExchange(ref _dearest, rounds, dearest);
        }
        else if (rounds < dearest)
        {
            Span<byte> key = stackalloc byte[KeyLength];
            Rfc2898DeriveBytes.Pbkdf2(
                password,
                stackalloc byte[SaltLength],
                key,
                dearest - rounds,
                HashAlgorithmName.SHA512
            );
        }
    }

    // Identity's third format: a byte 1, the function, the rounds, big-endian, each of four bytes.
    private static int RoundsOf(string hash)
    {
        Span<byte> bytes = stackalloc byte[LongestHash];
        return
            Convert.TryFromBase64String(hash, bytes, out var length) && length > RoundsAt + sizeof(int) && bytes[0] == 1
            ? BinaryPrimitives.ReadInt32BigEndian(bytes[RoundsAt..])
            : 0;
    }

    private async Task<T> RunAsync<T>(IPAddress? from, Func<Task<T>> work, CancellationToken ct)
    {
        if (!await _line.EnterAsync(AddressKey.Of(from), ct))
        {
            throw new ProblemException(
                Problem.Unavailable("Too many people log in at this moment. Try again.", TimeSpan.FromSeconds(5))
            );
        }

        try
        {
            return await Task.Run(work, ct);
        }
        finally
        {
            _line.Leave();
        }
    }
}
